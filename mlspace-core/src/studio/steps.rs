//! Steps that creating, changing and deleting domains, user profiles and spaces share.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Status;
use super::api::{DomainState, ProfileState, SpaceState, StudioApi};
use crate::aws::transient::is_transient;
use crate::aws::wait::{PROPAGATION_TIMEOUT, retry, until};
use crate::aws::{Backoff, Completed, Error, Failure, IfPresent as _, Operation, Outcome, Poll};
use crate::notebook::TagChange;
use crate::ownership::{Claim, Mark, Object, Token};
use crate::plan::Notice;
use crate::tags::Tags;

/// Time for the last call of a create that was cut off.
const FINISH_TIMEOUT: Duration = Duration::from_secs(20);

/// An object as SageMaker describes it.
pub(super) trait Described {
    fn arn(&self) -> &str;
    fn status(&self) -> &Status;
    fn failure_reason(&self) -> Option<&str>;

    /// Why it failed, for a message.
    fn reason(&self) -> &str {
        self.failure_reason().unwrap_or("SageMaker gave no reason")
    }
}

impl Described for DomainState {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn status(&self) -> &Status {
        &self.status
    }

    fn failure_reason(&self) -> Option<&str> {
        self.failure_reason.as_deref()
    }
}

impl Described for ProfileState {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn status(&self) -> &Status {
        &self.status
    }

    fn failure_reason(&self) -> Option<&str> {
        self.failure_reason.as_deref()
    }
}

impl Described for SpaceState {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn status(&self) -> &Status {
        &self.status
    }

    fn failure_reason(&self) -> Option<&str> {
        self.failure_reason.as_deref()
    }
}

/// Waits until the object that `read` describes, such as "Studio domain `d-1`", is at rest; `None`
/// when it is gone. One that this operation `created` may not be visible yet.
pub(super) async fn settle<T, F, Fut>(
    operation: &Operation,
    object: &str,
    created: bool,
    read: F,
) -> Result<Option<T>, Error>
where
    T: Described + Send,
    F: Fn() -> Fut + Send + Sync,
    Fut: Future<Output = Result<Option<T>, Error>> + Send,
{
    let what = format!("waiting for {object}");
    let visible_by = created.then(|| Instant::now() + PROPAGATION_TIMEOUT);
    until(operation, &what, Backoff::SLOW, || async {
        Ok(match read().await? {
            Some(found) if found.status().is_transitional() => {
                Poll::Pending(found.status().to_string())
            }
            Some(found) => Poll::Ready(Some(found)),
            None if visible_by.is_some_and(|time| Instant::now() < time) => {
                Poll::Pending("not visible yet".to_owned())
            }
            None => Poll::Ready(None),
        })
    })
    .await
}

/// The token in the object's tags, which the state's claim has to agree with.
///
/// # Errors
/// [`Error::Foreign`] for an object of another state.
pub(super) async fn check_claim(
    api: &dyn StudioApi,
    claim: &Claim,
    object: &Object,
    arn: &str,
) -> Result<Option<Token>, Error> {
    let tags = api.tags(arn).await?.unwrap_or_default();
    let stored = Mark::of(&tags).map(|mark| mark.token);
    claim.check(object, stored.as_ref())?;
    Ok(stored)
}

/// Whether the object at `arn`, if one was found, is that of a create with this mark whose answer was lost.
pub(super) async fn has_mark(
    api: &dyn StudioApi,
    arn: Option<&str>,
    mark: &Mark,
) -> Result<bool, Error> {
    let Some(arn) = arn else { return Ok(false) };
    let tags = api.tags(arn).await?.unwrap_or_default();
    Ok(Mark::of(&tags).as_ref() == Some(mark))
}

/// Makes a change of tags of `what`, such as "the domain".
pub(super) async fn change_tags(
    api: &dyn StudioApi,
    operation: &Operation,
    what: &str,
    arn: &str,
    change: &TagChange,
) -> Result<(), Error> {
    if !change.set.is_empty() {
        let what = format!("setting tags of {what}");
        retry(operation, &what, || api.add_tags(arn, &change.set)).await?;
    }
    if !change.remove.is_empty() {
        let what = format!("removing tags of {what}");
        retry(operation, &what, || api.delete_tags(arn, &change.remove)).await?;
    }
    Ok(())
}

/// Says in the tags of `what`, such as "Studio domain `d-1`", that its create is finished, as the last
/// call of a create that is `done`, or failed or was cut off: an object that the state keeps is not
/// for others to finish. Returns a warning if that failed.
///
/// # Errors
/// [`Error::Foreign`] if another create has taken the object over meanwhile.
pub(super) async fn finish(
    api: &dyn StudioApi,
    operation: &Operation,
    done: &Result<(), Error>,
    (what, object, arn): (&str, &Object, &str),
    token: &Token,
) -> Result<Option<Notice>, Error> {
    let last = Operation::new(CancellationToken::new(), FINISH_TIMEOUT);
    let operation = if done.is_ok() { operation } else { &last };
    match set_finished(api, operation, object, arn, token).await {
        Ok(()) => Ok(None),
        Err(error @ Error::Foreign { .. }) => Err(error),
        Err(error) => Ok(Some(Notice {
            attribute: "",
            summary: "Create not finished".to_owned(),
            detail: format!(
                "{what} exists and is in the state, but its tags do not say so yet. {} The next apply corrects them.",
                error.cause_sentence()
            ),
        })),
    }
}

async fn set_finished(
    api: &dyn StudioApi,
    operation: &Operation,
    object: &Object,
    arn: &str,
    token: &Token,
) -> Result<(), Error> {
    let tags = api.tags(arn).await.if_allowed()?.flatten();
    let found = tags.as_ref().and_then(Mark::of);
    if found.is_some_and(|found| found.token != *token) {
        return Err(object.foreign());
    }
    let mark = Mark {
        token: token.clone(),
        finished: true,
    };
    tag(api, operation, arn, &mark.tags()).await
}

/// What an update returns: what was `done`, and the object as it was `read` afterwards.
pub(super) fn updated<T>(
    done: Result<(), Error>,
    read: Result<Option<T>, Error>,
    missing: impl FnOnce() -> Error,
) -> Outcome<T> {
    match (done, read) {
        (Ok(()), Ok(Some(object))) => Ok(object),
        (Ok(()), Ok(None)) => Err(missing().into()),
        (Ok(()), Err(error)) => Err(error.into()),
        (Err(error), read) => Err(Failure {
            error,
            reached: read.ok().flatten(),
        }),
    }
}

/// What a create returns: what was `done`, and the object that was `reached`.
///
/// Terraform replaces what a failed create returns. An object that exists is therefore a success, if
/// AWS did not answer or the time was up: a warning says so, and the next plan shows what is not done.
pub(super) fn created<T>(
    done: Result<(), Error>,
    reached: Option<T>,
    warnings: impl IntoIterator<Item = Notice>,
    missing: impl FnOnce() -> Error,
) -> Result<Completed<T>, Failure<T>> {
    match (done, reached) {
        (Err(error), Some(object)) if is_cut(&error) || is_transient(&error) => {
            let unfinished = Notice {
                attribute: "",
                summary: "Create not complete".to_owned(),
                detail: format!(
                    "{} The object exists and is in the state. The next plan shows what is left to do.",
                    error.cause_sentence()
                ),
            };
            Ok(Completed {
                object,
                warnings: std::iter::once(unfinished).chain(warnings).collect(),
            })
        }
        (Ok(()), Some(object)) => Ok(Completed {
            object,
            warnings: warnings.into_iter().collect(),
        }),
        (Ok(()), None) => Err(missing().into()),
        (Err(error), reached) => Err(Failure { error, reached }),
    }
}

/// Whether the caller, the time limit or the network ended the operation, rather than an answer of AWS.
const fn is_cut(error: &Error) -> bool {
    matches!(
        error,
        Error::Cancelled { .. } | Error::Timeout { .. } | Error::Unreachable { .. }
    )
}

/// Adds tags, such as those of a mark.
pub(super) async fn tag(
    api: &dyn StudioApi,
    operation: &Operation,
    arn: &str,
    tags: &Tags,
) -> Result<(), Error> {
    let what = format!("tagging `{arn}`");
    retry(operation, &what, || api.add_tags(arn, tags)).await
}
