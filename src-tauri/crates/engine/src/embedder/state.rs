//! Where the model stands, told to those who wait for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ReadyModel;
use crate::{EngineError, sync::lock};

/// Where the model stands.
#[derive(Clone, Debug)]
pub enum ModelState {
    /// Being brought up; the text says what is going on.
    Loading(String),
    /// Loaded, and trying which kernels are fastest on this GPU.
    Tuning(String),
    /// Ready on this device.
    Ready(Arc<ReadyModel>),
    /// Not usable, and why.
    Failed(String),
}

impl ModelState {
    fn is_coming(&self) -> bool {
        matches!(self, Self::Loading(_) | Self::Tuning(_))
    }
}

/// News of where the model stands. Clones share it; it keeps no model in memory.
#[derive(Clone)]
pub struct ModelNews(Arc<(Mutex<Told>, Condvar)>);

struct Told {
    state: ModelState,
    /// How many states there were before this one.
    earlier: u64,
    /// No other will come.
    over: bool,
}

impl ModelNews {
    pub(super) fn new(state: ModelState) -> Self {
        let told = Told {
            state,
            earlier: 0,
            over: false,
        };
        Self(Arc::new((Mutex::new(told), Condvar::new())))
    }

    /// The present state.
    pub(super) fn now(&self) -> ModelState {
        self.told().state.clone()
    }

    pub(super) fn tell(&self, state: ModelState) {
        let mut told = self.told();
        told.state = state;
        told.earlier += 1;
        drop(told);
        self.0.1.notify_all();
    }

    /// Says that the device thread is at its end. Nobody waits on for a model that would still have come.
    pub(super) fn end(&self) {
        let mut told = self.told();
        if told.state.is_coming() {
            told.state = ModelState::Failed(super::stopped());
        }
        told.over = true;
        drop(told);
        self.0.1.notify_all();
    }

    /// Waits until the model is ready.
    pub(super) fn ready(&self) -> Result<Arc<ReadyModel>, EngineError> {
        let told = self.wait_while(self.told(), |told| told.state.is_coming());
        match &told.state {
            ModelState::Ready(ready) => Ok(Arc::clone(ready)),
            ModelState::Loading(reason)
            | ModelState::Tuning(reason)
            | ModelState::Failed(reason) => Err(EngineError::Model(reason.clone())),
        }
    }

    /// Calls `news` with the present state and every later one, until the last handle on the embedder is dropped.
    /// Two changes in quick succession may come as one.
    pub fn follow(&self, mut news: impl FnMut(&ModelState)) {
        let mut told = self.told();
        loop {
            let (state, known) = (told.state.clone(), told.earlier);
            drop(told);
            news(&state);
            told = self.wait_while(self.told(), |told| told.earlier == known && !told.over);
            if told.earlier == known {
                return;
            }
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        lock(&self.0.0)
    }

    fn wait_while<'a>(
        &self,
        told: MutexGuard<'a, Told>,
        waits: impl Fn(&Told) -> bool,
    ) -> MutexGuard<'a, Told> {
        let told = self.0.1.wait_while(told, |told| waits(told));
        told.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc::channel, thread};

    use super::*;

    #[test]
    fn news_come_one_after_the_other_until_the_end() {
        let news = ModelNews::new(ModelState::Loading("a".to_owned()));
        let (sender, heard) = channel();
        let following = news.clone();
        let follower = thread::spawn(move || {
            following.follow(|state| sender.send(format!("{state:?}")).expect("it is heard"));
        });
        assert_eq!(heard.recv().as_deref(), Ok(r#"Loading("a")"#));
        for name in ["b", "b", "c"] {
            news.tell(ModelState::Failed(name.to_owned()));
            assert_eq!(heard.recv(), Ok(format!("Failed({name:?})")));
        }
        news.end();
        follower.join().expect("no panic");
        assert!(heard.recv().is_err());
    }

    #[test]
    fn nobody_waits_for_a_model_whose_thread_has_ended() {
        let news = ModelNews::new(ModelState::Loading("a".to_owned()));
        let waiting = news.clone();
        let waiter = thread::spawn(move || waiting.ready().map(|_| ()));
        news.end();
        let answer = waiter.join().expect("no panic");
        assert!(answer.is_err_and(|error| error.to_string().contains("start Vitrine again")));
    }
}
