//! The command `mlspace-policy`, run as a person would: arguments and files in, text and an exit code out.

#[cfg(test)]
mod access;
#[cfg(test)]
mod account;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod evaluate;
#[cfg(test)]
mod files;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod lint;
#[cfg(test)]
mod support;
#[cfg(test)]
mod words;
