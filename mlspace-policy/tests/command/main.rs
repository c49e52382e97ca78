//! The command `mlspace-policy` from the outside: arguments and files in, text and exit code out.

#[cfg(test)]
mod access;
#[cfg(test)]
mod account;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod evaluate;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod files;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod help;
#[cfg(test)]
mod lint;
mod prove;
#[cfg(test)]
mod support;
