#![doc = include_str!("../README.md")]

pub mod framework;
pub mod protocol;
