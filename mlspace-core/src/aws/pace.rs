//! A limit of the calls of a service, from the first throttled one on.
//!
//! The SDK waits longer and longer before it repeats a throttled call, but each call knows only of
//! itself: many at once get in each other's way. Here all calls of a service share a rate. It is
//! unlimited at first, is halved when the service throttles, and grows by a constant amount each
//! second. The SDK's own adaptive mode (`RetryMode::Adaptive`) begins at one call in two seconds and
//! takes minutes to recover.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sts::config::AsyncSleep as _;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use super::cancel::CancellableSleep;
use super::error::names_throttling;

/// Calls per second that are always allowed.
const LEAST: f64 = 1.0;

/// By how many calls per second the rate grows in each second.
const GROWTH: f64 = 5.0;

/// Shortest time between two changes of the rate: calls that were sent together are throttled together.
const WINDOW: Duration = Duration::from_secs(1);

/// Longest pause before a call: a fraction of the time that an attempt may take.
const LONGEST: Duration = Duration::from_secs(20);

/// This client for the calls of one service, which share a rate.
pub(super) fn paced(inner: SharedHttpClient, service: &'static str) -> SharedHttpClient {
    SharedHttpClient::new(Paced {
        inner,
        service,
        pace: Arc::default(),
    })
}

#[derive(Debug, Clone)]
struct Paced<C> {
    inner: C,
    service: &'static str,
    pace: Arc<Mutex<Pace>>,
}

impl HttpClient for Paced<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Paced {
            inner: self.inner.http_connector(settings, components),
            service: self.service,
            pace: Arc::clone(&self.pace),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

impl HttpConnector for Paced<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

impl Paced<SharedHttpConnector> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let pause = self.change(|pace| pace.reserve(Instant::now()));
        if !pause.is_zero() {
            CancellableSleep.sleep(pause).await;
        }
        let started = Instant::now();
        let mut answer = self.inner.call(request).await?;
        if is_throttled(&mut answer).await? {
            let rate = self.change(|pace| pace.slow_down(started, Instant::now()));
            if let Some(rate) = rate {
                tracing::info!(
                    self.service,
                    rate,
                    "throttled, calls per second are limited"
                );
            }
        }
        Ok(answer)
    }

    fn change<T>(&self, act: impl FnOnce(&mut Pace) -> T) -> T {
        act(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the service refused the call because there were too many. Reads the body of an error.
async fn is_throttled(answer: &mut HttpResponse) -> Result<bool, ConnectorError> {
    let status = answer.status().as_u16();
    if status < 400 {
        return Ok(false);
    }
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(Box::new(error)))?;
    let body = body.into_bytes();
    let throttled = status == 429 || names_throttling(&String::from_utf8_lossy(&body));
    *answer.body_mut() = SdkBody::from(body);
    Ok(throttled)
}

/// The rate of a service's calls.
#[derive(Debug, Default)]
struct Pace {
    /// When the calls of the last second began.
    recent: VecDeque<Instant>,
    /// Unlimited before the first throttling.
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    /// Calls per second at the time `since`.
    rate: f64,
    since: Instant,
    /// When the next call can begin.
    next: Instant,
    /// When the rate was last halved.
    halved: Instant,
}

impl Limit {
    fn rate(&self, now: Instant) -> f64 {
        self.rate + GROWTH * now.saturating_duration_since(self.since).as_secs_f64()
    }
}

impl Pace {
    /// Admits a call. Returns how long it has to wait before.
    fn reserve(&mut self, now: Instant) -> Duration {
        let begins = match &mut self.limit {
            None => now,
            Some(limit) => {
                let begins = limit.next.max(now).min(now + LONGEST);
                limit.next = begins + Duration::from_secs_f64(limit.rate(begins).recip());
                begins
            }
        };
        self.recent.push_back(begins);
        self.forget_old(now);
        begins - now
    }

    fn forget_old(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|at| *at + WINDOW < now) {
            self.recent.pop_front();
        }
    }

    /// Halves the rate, because a call that began at `started` was throttled. Returns the new one;
    /// `None` when another call of that time was throttled before.
    fn slow_down(&mut self, started: Instant, now: Instant) -> Option<f64> {
        self.forget_old(now);
        let rate = match &self.limit {
            None => f64::from(u32::try_from(self.recent.len()).unwrap_or(u32::MAX)),
            Some(limit) if started < limit.halved + WINDOW => return None,
            Some(limit) => limit.rate(now),
        };
        let rate = (rate / 2.0).max(LEAST);
        let next = self.limit.as_ref().map_or(now, |limit| limit.next);
        self.limit = Some(Limit {
            rate,
            since: now,
            next,
            halved: now,
        });
        Some(rate)
    }
}

#[cfg(test)]
mod tests;
