//! The client: what it has in common for all its calls.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use avmarks_client::{
    Answered, CallRequest, CallStep, Change, Failure, Job, JobError, JobSettings, Pace, Plan, PlanFaults, PlanSettings,
    Progress, Signer, SingleCall, Unanswered,
};
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::url::CallUrl;
use avmarks_spec::Timestamp;
use ureq::Agent;

use crate::builder::ClientBuilder;
use crate::clock::Clock;
use crate::drive::drive;
use crate::exchange::{Response, exchange};

/// Calls the service over HTTP. Every call takes a group as text or as a [`GroupId`](avmarks_spec::GroupId), and accounts as texts
/// or as [`UserId`](avmarks_spec::UserId)s, and refuses what cannot be one before anything is sent. May be shared between threads: what is sent by all of them together keeps one pace and uses
/// the same connections.
#[derive(Debug)]
pub struct Client {
    pub(crate) base: BaseUrl,
    pub(crate) signer: Arc<Signer>,
    pub(crate) settings: JobSettings,
    pub(crate) agent: Agent,
    pub(crate) response_bytes_max: u64,
    pub(crate) clock: Clock,
    pub(crate) seeds: Seeds,
    pub(crate) paces: Paces,
}

/// The pace of each command, by the path of its URL.
#[derive(Debug, Default)]
pub(crate) struct Paces(Mutex<BTreeMap<String, Arc<Mutex<Pace>>>>);

impl Client {
    /// A client of the service at `base`, which is a [`Region`](avmarks_protocol::region::Region) or any base of a URL.
    pub fn builder(base: impl Into<BaseUrl>, signer: impl Into<Arc<Signer>>) -> ClientBuilder {
        ClientBuilder::new(base.into(), signer.into())
    }

    /// Sets marks on any number of accounts of a group.
    ///
    /// What became of each account is in [`Job::report`]: a job comes back even where the service refused every call.
    ///
    /// # Errors
    ///
    /// [`MarksError`] where the input is at fault. Nothing was sent then.
    pub fn set_marks<A, M>(
        &self,
        group: impl AsRef<str>,
        wanted: impl IntoIterator<Item = (A, M)>,
    ) -> Result<Job, MarksError>
    where
        A: AsRef<str>,
        M: IntoIterator<Item = i64>,
    {
        self.carry_out(Plan::new(Change::Set, group.as_ref(), wanted, &PlanSettings::default())?)
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
        M: IntoIterator<Item = i64>,
    {
        self.carry_out(Plan::new(Change::Delete, group.as_ref(), wanted, &PlanSettings::default())?)
    }

    /// Puts any number of robots into the online list of a group: accounts that need not have joined. Source: 1047/60527.
    ///
    /// What became of each account is in [`Job::report`]. The answers name no account, so none is reported as applied: those of a
    /// call that was answered with code 0 are [`Accepted`](avmarks_client::State::Accepted). [`Client::check_members`] tells who
    /// is online.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use avmarks_client::State;
    ///
    /// let job = client.add_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2"])?;
    /// let counts = job.report().counts();
    /// println!("{} of {} were in calls that the service accepted", counts.of(State::Accepted), counts.total());
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
        self.carry_out(Plan::add_robots(group.as_ref(), accounts, &PlanSettings::default())?)
    }

    /// Takes any number of robots out of the online list of a group, and reports as [`Client::add_robots`]. Source: 269/103785.
    ///
    /// ```no_run
    /// # fn example(client: &avmarks_transport_ureq::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = client.delete_robots("@TGS#a6I4ZUUGO", ["robot1", "robot2"])?;
    /// for account in job.report().plans().iter().flat_map(|plan| plan.accounts()) {
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
        self.carry_out(Plan::delete_robots(group.as_ref(), accounts, &PlanSettings::default())?)
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

    /// A job that goes on where another one stopped, for [`Client::run`].
    ///
    /// # Errors
    ///
    /// As [`Job::resume`].
    pub fn resume(&self, plans: Vec<Plan>, progress: &Progress, settings: JobSettings) -> Result<Job, JobError> {
        Job::resume(plans, progress, Arc::clone(&self.signer), settings, self.seeds.next())
    }

    /// Carries a job out, and gives it back with what became of each account.
    ///
    /// Blocks until all has ended. Up to [`JobSettings::in_flight_max`] tries are made at a time, each by a thread of its own;
    /// with 1, all is done by the calling thread. The job keeps its own pace and the client's, whichever is slower.
    ///
    /// `watch` is called after each try: to show how far the job is, or to save its progress. It holds up the others
    /// while it runs. Set `stop` from anywhere, such as the handler of Ctrl-C, and nothing more is sent: what is in flight
    /// is waited for, and the job comes back as far as it is. Setting it is noticed within 50 ms.
    pub fn run(&self, job: Job, stop: &AtomicBool, watch: impl FnMut(&Job) + Send) -> Job {
        drive(self, job, stop, watch)
    }

    /// Makes any other call of the API, signed, at the pace of its command and tried again as the calls of a job are; where it
    /// is not [`CallRequest::repeatable`], only where it was certainly not carried out.
    ///
    /// Blocks until it has been answered or given up: for [`RetrySettings::budget`](avmarks_client::RetrySettings::budget) at
    /// most, from its first try on.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] where no try was answered with code 0.
    pub fn call(&self, request: CallRequest) -> Result<Answered, Unanswered> {
        let pace = self.pace(&request.path);
        let mut call = SingleCall::new(request, Arc::clone(&self.signer), self.settings.retry, self.seeds.next());
        loop {
            let now = self.now();
            // The guard is gone before the wait.
            let step = call.poll(now, &mut locked(&pace));
            match step {
                CallStep::Done(outcome) => return outcome,
                CallStep::WaitUntil(then) => sleep(then.saturating_duration_since(now)),
                CallStep::Send(sending) => {
                    let url = call.url(&self.base, &sending);
                    let came = self.exchange(&url, &call.request().body, sending.timeout);
                    let now = self.now();
                    // The only try in flight is this one.
                    let _ = match &came {
                        Ok(response) => call.on_reply(sending.id, now, &response.reply()),
                        Err(failure) => call.on_failure(sending.id, now, failure.clone()),
                    };
                }
            }
        }
    }

    /// The time by this client's clock, for [`JobSettings::deadline`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Where the service is.
    #[must_use]
    pub const fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// The pace of the command of this path, which all calls of the client share.
    pub(crate) fn pace(&self, path: &str) -> Arc<Mutex<Pace>> {
        let new = || Arc::new(Mutex::new(Pace::new(self.settings.pace)));
        Arc::clone(locked(&self.paces.0).entry(path.to_owned()).or_insert_with(new))
    }

    pub(crate) fn exchange(&self, url: &CallUrl, body: &[u8], timeout: Duration) -> Result<Response, Failure> {
        exchange(&self.agent, url, body, timeout, self.response_bytes_max)
    }
}

/// What is locked here is whole at any time, so a thread that panicked meanwhile has spoilt nothing.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why marks or robots were not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarksError {
    /// Accounts or marks are at fault; all of them are listed.
    #[error(transparent)]
    Plan(#[from] PlanFaults),
    /// A setting is.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Where the seeds of jobs and calls come from: another one for each.
#[derive(Debug)]
pub(crate) enum Seeds {
    /// From the hasher of the standard library, which the system seeds. They spread waits and tell tries apart; secrets they
    /// are not.
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
