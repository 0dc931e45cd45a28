//! Settings at their edges, and their defaults.

use super::*;

#[test]
fn invalid_settings_and_repeated_groups_are_refused() {
    let retry = RetrySettings { attempt_timeout: Duration::from_secs(3), ..RetrySettings::default() };
    let refused = |plans, settings| Job::new(plans, signer(), settings, 7).unwrap_err().to_string();
    assert_eq!(
        refused(vec![], JobSettings { retry, ..JobSettings::default() }),
        "invalid retry.attempt_timeout `3000 ms`: expected at least 3001 ms"
    );
    assert_eq!(
        refused(vec![], JobSettings { in_flight_max: 0, ..JobSettings::default() }),
        "invalid in_flight_max `0`: expected at least 1"
    );
    assert_eq!(
        refused(vec![plan("a", 1), plan("b", 1), plan("a", 2)], JobSettings::default()),
        "plans[2] is for group `a`, which an earlier plan is for as well; make it a job of its own, after this one"
    );
    assert!(matches!(job(vec![], JobSettings::default()).poll(at(0), &mut free()), Step::Done));
}

#[test]
fn each_setting_may_be_at_its_least() {
    let retry = RetrySettings {
        attempts_max: 1,
        budget: ATTEMPT_TIMEOUT_MIN,
        attempt_timeout: ATTEMPT_TIMEOUT_MIN,
        ..RetrySettings::default()
    };
    let settings = JobSettings { in_flight_max: 1, retry, ..JobSettings::default() };
    assert!(settings.check(&[]).is_ok());
    type Lower = fn(&mut JobSettings);
    let below: [(&str, u128, u128, Lower); 4] = [
        ("in_flight_max", 0, 1, |settings| settings.in_flight_max = 0),
        ("retry.attempts_max", 0, 1, |settings| settings.retry.attempts_max = 0),
        ("retry.budget", 3_000, 3_001, |settings| settings.retry.budget = Duration::from_millis(3_000)),
        ("retry.attempt_timeout", 3_000, 3_001, |settings| {
            settings.retry.attempt_timeout = Duration::from_millis(3_000);
        }),
    ];
    for (setting, found, least, lower) in below {
        let mut settings = settings;
        lower(&mut settings);
        let unit = if setting.ends_with("_max") { "" } else { " ms" };
        assert_eq!(settings.check(&[]), Err(JobError::Setting { setting, found, least, unit }));
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let (seconds, millis) = (Duration::from_secs, Duration::from_millis);
    let backoff = |least, base| crate::Backoff { least, base, max: seconds(10) };
    let retry = RetrySettings {
        attempts_max: 5,
        budget: seconds(30),
        attempt_timeout: seconds(5),
        immediate: backoff(Duration::ZERO, millis(100)),
        delayed: backoff(seconds(1), millis(500)),
    };
    let settings = JobSettings { in_flight_max: 1, retry, deadline: None, keep_answers: true };
    assert_eq!(JobSettings::default(), settings);
    let pace = PaceSettings { calls_max: 200, window: millis(1_000), margin: millis(100) };
    assert_eq!(PaceSettings::default(), pace);
}
