//! The client, and the state that its calls share.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;

use avmarks_client::{
    CallAnswer, CallRequest, Job, JobError, JobSettings, Pace, PaceSettings, Plan, PlanErrors, PlanSettings, Progress,
    Signer, SingleCall, Step, UnansweredError,
};
use avmarks_protocol::region::BaseUrl;
use avmarks_spec::Timestamp;

use crate::clock::Clock;
use crate::exchange::Route;
use crate::proxy::ProxyInUse;

/// Calls the service over HTTP. May be shared between threads: all of them together keep one pace and use the same connections.
///
/// Every call takes a group as text or as a [`GroupId`](avmarks_spec::GroupId), accounts as texts or as
/// [`UserId`](avmarks_spec::UserId)s, and marks as integers or as [`Mark`](avmarks_spec::Mark)s, and refuses invalid ones before
/// anything is sent.
#[derive(Debug)]
pub struct Client {
    pub(crate) route: Route,
    pub(crate) signer: Arc<Signer>,
    pub(crate) settings: JobSettings,
    pub(crate) pace: PaceSettings,
    pub(crate) clock: Clock,
    pub(crate) seeds: Seeds,
    pub(crate) paces: Paces,
}

/// The pace of each command, by the path of its URL.
#[derive(Debug, Default)]
pub(crate) struct Paces(Mutex<BTreeMap<String, Arc<Mutex<Pace>>>>);

impl Client {
    /// Sets marks on any number of accounts of a group.
    ///
    /// **A job comes back even if the service refused every call**: [`Job::report`] has the outcome of each account, and
    /// [`Job::into_result`] is an error if any of them was not served.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// client.set_marks("@TGS#a6I4ZUUGO", [("teacher10", [1000]), ("student9", [1001])])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`MarksError`] if the input is invalid. Nothing was sent then.
    pub fn set_marks<A, M>(
        &self,
        group: impl AsRef<str>,
        wanted: impl IntoIterator<Item = (A, M)>,
    ) -> Result<Job, MarksError>
    where
        A: AsRef<str>,
        M: IntoIterator<Item: Into<i64>>,
    {
        self.carry_out(Plan::set_marks(group, wanted, &PlanSettings::default())?)
    }

    /// Deletes marks of any number of accounts of a group, as [`Client::set_marks`] sets them.
    ///
    /// # Errors
    ///
    /// As [`Client::set_marks`].
    pub fn delete_marks<A, M>(
        &self,
        group: impl AsRef<str>,
        wanted: impl IntoIterator<Item = (A, M)>,
    ) -> Result<Job, MarksError>
    where
        A: AsRef<str>,
        M: IntoIterator<Item: Into<i64>>,
    {
        self.carry_out(Plan::delete_marks(group, wanted, &PlanSettings::default())?)
    }

    /// Adds any number of robots to the online list of a group: accounts that need not have joined. Source: 1047/60527.
    ///
    /// [`Job::report`] has the outcome of each account. The answers name no account, so none is reported as applied: those of a
    /// call that was answered with code 0 are [`Accepted`](avmarks_client::State::Accepted). [`Client::check_members`] tells who
    /// is online.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use avmarks_client::State;
    ///
    /// let job = client.add_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2"])?;
    /// let report = job.report();
    /// println!("{} of {} were in calls that the service accepted", report.count(State::Accepted), report.total());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Client::set_marks`].
    pub fn add_robots<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<Job, MarksError> {
        self.carry_out(Plan::add_robots(group, accounts, &PlanSettings::default())?)
    }

    /// Deletes any number of robots from the online list of a group, and reports as [`Client::add_robots`]. Source: 269/103785.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = client.delete_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2"])?;
    /// for account in job.report().accounts() {
    ///     println!("{}: {}", account.account, account.outcome);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Client::set_marks`].
    pub fn delete_robots<A: AsRef<str>>(
        &self,
        group: impl AsRef<str>,
        accounts: impl IntoIterator<Item = A>,
    ) -> Result<Job, MarksError> {
        self.carry_out(Plan::delete_robots(group, accounts, &PlanSettings::default())?)
    }

    fn carry_out(&self, plan: Plan) -> Result<Job, MarksError> {
        let job = self.job(vec![plan], self.settings)?;
        Ok(self.run(job, &AtomicBool::new(false), |_| ()))
    }

    /// A job of these plans for [`Client::run`], signed by this client's signer and with a seed of its own.
    ///
    /// # Errors
    ///
    /// As [`Job::new`].
    pub fn job(&self, plans: Vec<Plan>, settings: JobSettings) -> Result<Job, JobError> {
        Job::new(plans, Arc::clone(&self.signer), settings, self.seeds.next())
    }

    /// A job that continues where another one stopped, for [`Client::run`].
    ///
    /// # Errors
    ///
    /// As [`Job::resume`].
    pub fn resume(&self, plans: Vec<Plan>, progress: &Progress, settings: JobSettings) -> Result<Job, JobError> {
        Job::resume(plans, progress, Arc::clone(&self.signer), settings, self.seeds.next())
    }

    /// Makes any other call of the API, signed, at the pace of its command and sent again as the calls of a job are; where it
    /// is not [`CallRequest::repeatable`], only if it was certainly not carried out.
    ///
    /// Blocks until it has been answered or given up: for [`RetrySettings::budget`](avmarks_client::RetrySettings::budget) at
    /// most, from its first attempt on.
    ///
    /// # Errors
    ///
    /// [`UnansweredError`] if no attempt was answered with code 0.
    pub fn call(&self, request: CallRequest) -> Result<CallAnswer, UnansweredError> {
        let pace = self.pace(&request.path);
        let mut call = SingleCall::new(request, Arc::clone(&self.signer), self.settings.retry, self.seeds.next());
        loop {
            let now = self.now();
            // The guard is gone before the wait.
            let step = call.poll(now, &mut locked(&pace));
            match step {
                Step::Done => break,
                Step::WaitUntil(then) => sleep(then.saturating_duration_since(now)),
                Step::Send(transmit) => {
                    let url = transmit.url(&self.route.base);
                    let received = self.route.exchange(&url, &transmit.body, transmit.timeout);
                    let now = self.now();
                    // The only attempt in flight is this one.
                    let _ = match received {
                        Ok(received) => call.on_response(transmit.id, now, &received.response()),
                        Err(error) => call.on_failure(transmit.id, now, error),
                    };
                }
            }
        }
        call.into_result()
    }

    /// The time by this client's clock, for [`JobSettings::deadline`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Where the service is.
    #[must_use]
    pub const fn base_url(&self) -> &BaseUrl {
        &self.route.base
    }

    /// The proxy that the client calls the service through. None for a direct connection, and if the caller supplied the agent.
    #[must_use]
    pub const fn proxy(&self) -> Option<&ProxyInUse> {
        self.route.proxy.as_ref()
    }

    /// The pace of the command of this path, which all calls of the client share.
    pub(crate) fn pace(&self, path: &str) -> Arc<Mutex<Pace>> {
        let new = || Arc::new(Mutex::new(Pace::new(self.pace)));
        Arc::clone(locked(&self.paces.0).entry(path.to_owned()).or_insert_with(new))
    }
}

/// The guarded value is never left inconsistent, so poisoning can be ignored.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why marks or robots were not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarksError {
    /// Accounts or marks are invalid; all of them are listed.
    #[error(transparent)]
    Plan(#[from] PlanErrors),
    /// A setting is invalid.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Where the seeds of jobs and calls come from: another one for each.
#[derive(Debug)]
pub(crate) enum Seeds {
    /// From the hasher of the standard library, which the system seeds. They spread waits and distinguish attempts; they
    /// are not secrets.
    Random,
    /// One after the other, from a number that was given.
    Counted(AtomicU64),
}

impl Seeds {
    pub(crate) fn next(&self) -> u64 {
        match self {
            Self::Random => RandomState::new().build_hasher().finish(),
            Self::Counted(next) => next.fetch_add(1, Ordering::Relaxed),
        }
    }
}
