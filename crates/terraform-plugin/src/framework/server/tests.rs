//! Tests of the server with a small provider. Requests are those of Terraform, without the
//! transport.

mod ephemeral;
mod lifecycle;
mod objects;
mod serving;
mod toy;
