//! The server with a toy provider, spoken to as Terraform does, save for the transport.

mod lifecycle;
mod serving;
mod toy;
