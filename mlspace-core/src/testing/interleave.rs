//! Two operations at once, interleaved at every call by a seeded scheduler.
//!
//! Each operation runs in a thread of its own, but only one thread runs at a time: at each call of a
//! fake, the scheduler chooses by chance who continues. The same seed leads to the same order.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

/// How many calls both operations can make, far more than they need. An operation that repeats a
/// call until a time limit exceeds it.
const MOST_CALLS: usize = 3_000;

/// Number of seeds in a run of the tests, unless the environment variable `INTERLEAVINGS` says
/// another.
const SEEDS: u64 = 100;

/// The seeds to try.
pub(crate) fn seeds() -> std::ops::Range<u64> {
    let number = std::env::var("INTERLEAVINGS").ok();
    0..number.map_or(SEEDS, |number| number.parse().unwrap())
}

thread_local! {
    static TURNS: RefCell<Option<(Arc<Turns>, usize)>> = const { RefCell::new(None) };
}

/// Lets the other operation run, perhaps. Fakes call it before each call takes effect.
pub(crate) fn at_call() {
    let turns = TURNS.with_borrow(Clone::clone);
    if let Some((turns, me)) = turns {
        turns.pass(me);
    }
}

/// Runs both to their ends, in an order that `seed` decides.
pub(crate) fn interleaved<A: Send, B: Send>(
    seed: u64,
    a: impl Future<Output = A> + Send,
    b: impl Future<Output = B> + Send,
) -> (A, B) {
    let turns = Arc::new(Turns::new(seed));
    thread::scope(|scope| {
        // Futures of whole operations are large without optimization.
        let spawn = || thread::Builder::new().stack_size(32 << 20);
        let (first, second) = (Arc::clone(&turns), Arc::clone(&turns));
        let a = spawn().spawn_scoped(scope, move || run(first, 0, a));
        let b = spawn().spawn_scoped(scope, move || run(second, 1, b));
        (a.unwrap().join().unwrap(), b.unwrap().join().unwrap())
    })
}

fn run<T>(turns: Arc<Turns>, me: usize, work: impl Future<Output = T>) -> T {
    TURNS.set(Some((Arc::clone(&turns), me)));
    let waker = Waker::from(Arc::new(Wakes {
        turns: Arc::clone(&turns),
        who: me,
    }));
    // Also after a panic, so that the other thread ends.
    let _end = End(Arc::clone(&turns), me);
    let mut work = pin!(work);
    turns.wait_for(me);
    loop {
        turns.begin(me);
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => turns.park(me),
        }
    }
}

/// Ends the part of a thread when it is dropped.
struct End(Arc<Turns>, usize);

impl Drop for End {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.runnable[self.1] = false;
            state.choose();
        }
        self.0.changed.notify_all();
    }
}

struct Wakes {
    turns: Arc<Turns>,
    who: usize,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.turns.wake(self.who);
    }
}

/// Whose turn it is.
struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Who runs; `None` while both wait for something.
    turn: Option<usize>,
    /// Who can run.
    runnable: [bool; 2],
    /// Who was woken while it ran.
    woken: [bool; 2],
    random: fastrand::Rng,
    calls: usize,
}

impl State {
    fn choose(&mut self) {
        self.turn = match self.runnable {
            [true, true] => Some(self.random.usize(..2)),
            [true, false] => Some(0),
            [false, true] => Some(1),
            [false, false] => None,
        };
    }
}

impl Turns {
    fn new(seed: u64) -> Self {
        let mut state = State {
            turn: None,
            runnable: [true, true],
            woken: [false, false],
            random: fastrand::Rng::with_seed(seed),
            calls: 0,
        };
        state.choose();
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn change(&self, act: impl FnOnce(&mut State)) {
        act(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    fn wait_for(&self, me: usize) {
        let state = self.state.lock().unwrap();
        let waits = |state: &mut State| state.turn != Some(me);
        drop(self.changed.wait_while(state, waits).unwrap());
    }

    fn begin(&self, me: usize) {
        self.state.lock().unwrap().woken[me] = false;
    }

    fn pass(&self, me: usize) {
        self.change(|state| {
            state.calls += 1;
            assert!(state.calls < MOST_CALLS, "an operation repeats a call");
            state.choose();
        });
        self.wait_for(me);
    }

    /// Waits until someone wakes `me`, and then for its turn.
    fn park(&self, me: usize) {
        self.change(|state| {
            state.runnable[me] = state.woken[me];
            state.choose();
            let stuck = state.turn.is_none();
            assert!(!stuck, "both operations wait for each other");
        });
        self.wait_for(me);
    }

    fn wake(&self, who: usize) {
        self.change(|state| {
            state.woken[who] = true;
            state.runnable[who] = true;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of the calls of both.
    fn order(seed: u64) -> String {
        let calls = Mutex::new(String::new());
        let work = |name: char| {
            let calls = &calls;
            async move {
                for _ in 0..4 {
                    at_call();
                    calls.lock().unwrap().push(name);
                    tokio::task::yield_now().await;
                }
            }
        };
        interleaved(seed, work('a'), work('b'));
        calls.into_inner().unwrap()
    }

    #[test]
    fn interleaved_repeats_an_order() {
        let orders: std::collections::BTreeSet<String> = (0..50).map(order).collect();
        assert!(orders.len() > 10, "{orders:?}");
        assert_eq!(order(7), order(7));
    }

    #[test]
    fn interleaved_lets_locks_take_turns() {
        let lock = tokio::sync::Mutex::new(0);
        for seed in 0..50 {
            let work = || async {
                let mut number = lock.lock().await;
                let before = *number;
                at_call();
                *number = before + 1;
            };
            interleaved(seed, work(), work());
        }
        assert_eq!(*lock.try_lock().unwrap(), 100);
    }
}
