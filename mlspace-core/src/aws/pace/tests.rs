use super::*;

fn seconds(number: f64) -> Duration {
    Duration::from_secs_f64(number)
}

/// A pace of so many calls per second, and the time at which it was set.
fn limited(rate: usize) -> (Pace, Instant) {
    let (mut pace, now) = (Pace::default(), Instant::now());
    for _ in 0..2 * rate {
        assert_eq!(pace.reserve(now), Duration::ZERO);
    }
    pace.slow_down(now, now).unwrap();
    (pace, now)
}

fn rate(pace: &Pace, at: Instant) -> f64 {
    pace.limit.as_ref().unwrap().rate(at)
}

#[test]
fn pace_is_half_of_what_was_throttled() {
    let (mut pace, now) = limited(20);
    assert_eq!(rate(&pace, now), 20.0);
    assert_eq!(pace.reserve(now), Duration::ZERO);
    assert_eq!(pace.reserve(now), seconds(1.0 / 20.0));
    // Those of long ago do not count.
    let mut pace = Pace::default();
    pace.reserve(now);
    pace.reserve(now + seconds(5.0));
    let halved = pace.slow_down(now + seconds(5.0), now + seconds(5.1));
    assert_eq!(halved, Some(LEAST));
}

#[test]
fn pace_is_halved_once_for_calls_sent_together() {
    let (mut pace, now) = limited(20);
    assert_eq!(pace.slow_down(now, now + seconds(3.0)), None);
    let later = now + seconds(2.0);
    assert_eq!(pace.slow_down(later, later), Some(15.0));
}

#[test]
fn pace_grows_and_keeps_a_minimum() {
    let (mut pace, now) = limited(20);
    assert_eq!(rate(&pace, now + seconds(2.0)), 30.0);
    let mut at = now;
    for _ in 0..50 {
        at += WINDOW;
        pace.slow_down(at, at);
        assert!(rate(&pace, at) >= LEAST);
    }
    assert!(rate(&pace, at) <= 2.0 * GROWTH);
    assert_eq!(rate(&pace, at + seconds(60.0)) - rate(&pace, at), 300.0);
}

#[test]
fn pauses_have_an_end() {
    let (mut pace, now) = limited(1);
    let longest = (0..2_000).map(|_| pace.reserve(now)).max();
    assert_eq!(longest, Some(LONGEST));
}

/// How many calls of 20 callers at once a service that admits 20 in a second throttles, and how long
/// they take: 600 calls, each of which takes 50 ms and is repeated at once.
fn simulated(mut pace: Option<Pace>) -> (usize, Duration) {
    let start = Instant::now();
    let mut callers = [start; 20];
    let mut admitted: VecDeque<Instant> = VecDeque::new();
    let (mut done, mut throttled) = (0, 0);
    loop {
        let caller = callers.iter_mut().min().unwrap();
        if done == 600 {
            return (throttled, *caller - start);
        }
        let pause = pace.as_mut().map(|pace| pace.reserve(*caller));
        let begins = *caller + pause.unwrap_or_default();
        *caller = begins + Duration::from_millis(50);
        while admitted.front().is_some_and(|at| *at + WINDOW <= begins) {
            admitted.pop_front();
        }
        if admitted.len() < 20 {
            admitted.push_back(begins);
            done += 1;
        } else {
            throttled += 1;
            if let Some(pace) = &mut pace {
                pace.slow_down(begins, *caller);
            }
        }
    }
}

#[test]
fn pace_spares_throttled_calls() {
    let (alone, fastest) = simulated(None);
    let (throttled, took) = simulated(Some(Pace::default()));
    assert!(alone > 5_000, "{alone}");
    assert!(throttled < 150, "{throttled}");
    assert!(took < fastest.mul_f64(1.5), "{took:?} {fastest:?}");
}

/// Answers every call so.
#[derive(Debug)]
struct Answers(u16, &'static str);

impl HttpConnector for Answers {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = HttpResponse::new(self.0.try_into().unwrap(), SdkBody::from(self.1));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

#[tokio::test]
async fn paced_notices_throttled_calls() {
    const IAM: &str = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
    const DYNAMODB: &str = r#"{"__type":"com.amazon#ProvisionedThroughputExceededException"}"#;
    for (status, body, expected) in [
        (400, IAM, true),
        (400, DYNAMODB, true),
        (503, "<Error><Code>SlowDown</Code></Error>", true),
        (429, "", true),
        (500, "<Error><Code>InternalError</Code></Error>", false),
        (200, IAM, false),
    ] {
        let connector = Paced {
            inner: SharedHttpConnector::new(Answers(status, body)),
            service: "iam",
            pace: Arc::default(),
        };
        let answer = connector.send(HttpRequest::empty()).await.unwrap();
        assert_eq!(answer.body().bytes(), Some(body.as_bytes()));
        let limited = connector.change(|pace| pace.limit.is_some());
        assert_eq!(limited, expected, "{status} {body}");
    }
}
