//! What unit tests of operations share: interrupted calls, and a platform on in-memory fakes.

use std::sync::{Arc, Mutex};

use crate::aws::Error;

/// Where in the sequence of write calls an operation is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// The call fails without an effect.
    Before(usize),
    /// The call takes effect and its answer is lost.
    After(usize),
}

#[derive(Debug, Default)]
struct Log {
    calls: Vec<String>,
    writes: usize,
    interruption: Option<Interruption>,
    denied: Vec<&'static str>,
}

/// The calls made to all fakes of a test, and the one that fails. Cloning shares the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Log>>);

impl Faults {
    /// Interrupts the write calls from now on as `interruption` says (counted from 0), once.
    pub(crate) fn interrupt(&self, interruption: Interruption) {
        let mut log = self.0.lock().unwrap();
        log.writes = 0;
        log.interruption = Some(interruption);
    }

    /// Denies every call of this operation from now on.
    pub(crate) fn deny(&self, operation: &'static str) {
        self.0.lock().unwrap().denied.push(operation);
    }

    /// Whether the interruption has not happened yet.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.lock().unwrap().interruption.is_some()
    }

    /// Removes and returns the names of all calls so far, reads and writes, in order.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    /// Records a read call.
    pub(crate) fn read(&self, service: &'static str, operation: &'static str) -> Result<(), Error> {
        let mut log = self.0.lock().unwrap();
        log.calls.push(operation.to_owned());
        if log.denied.contains(&operation) {
            return Err(refusal(service, operation, "AccessDenied"));
        }
        Ok(())
    }

    /// Records a write call and makes it, unless it is to be interrupted.
    pub(crate) fn write<T>(
        &self,
        service: &'static str,
        operation: &'static str,
        act: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let interruption = {
            let mut log = self.0.lock().unwrap();
            log.calls.push(operation.to_owned());
            if log.denied.contains(&operation) {
                return Err(refusal(service, operation, "AccessDenied"));
            }
            let number = log.writes;
            log.writes += 1;
            log.interruption.take_if(|interruption| match interruption {
                Interruption::Before(n) | Interruption::After(n) => *n == number,
            })
        };
        match interruption {
            Some(Interruption::Before(_)) => Err(refusal(service, operation, "ServiceFailure")),
            Some(Interruption::After(_)) => {
                act()?;
                Err(Error::Unreachable {
                    service,
                    operation,
                    message: "the connection was reset".to_owned(),
                })
            }
            None => act(),
        }
    }
}

/// An error answer of AWS.
pub(crate) fn refusal(service: &'static str, operation: &'static str, code: &str) -> Error {
    Error::Aws {
        service,
        operation,
        code: code.to_owned(),
        message: "refused by the fake".to_owned(),
        request_id: None,
    }
}
