use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::*;

#[test]
fn caller_from_takes_partition_of_arn() {
    let arn = "arn:aws-us-gov:sts::012345678901:assumed-role/ci/run";
    let caller = caller_from(
        Some(arn),
        Some("012345678901"),
        Some("AROA:run"),
        "us-gov-west-1".into(),
    );
    let account = caller.unwrap().account;
    assert_eq!(account.partition, "aws-us-gov");
    assert_eq!(account.account_id, "012345678901");
    assert_eq!(account.region, "us-gov-west-1");
}

#[test]
fn caller_from_needs_arn_and_account() {
    let caller = |arn, account| caller_from(arn, account, None, String::new());
    assert!(caller(None, Some("1")).is_err());
    assert!(caller(Some("arn:aws:iam::1:root"), None).is_err());
    assert!(caller(Some("not an arn"), Some("1")).is_err());
}

fn keys() -> ConnectionConfig {
    ConnectionConfig {
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some("secret".to_owned()),
        region: Some("us-east-1".to_owned()),
        ..ConnectionConfig::default()
    }
}

/// STS, which knows the caller of every key, and the number of its calls.
#[derive(Debug, Clone, Default)]
struct FakeSts(Arc<AtomicUsize>);

impl HttpConnector for FakeSts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert!(request.uri().contains("sts."), "{}", request.uri());
        self.0.fetch_add(1, Ordering::Relaxed);
        let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                        <Arn>arn:aws:iam::210987654321:user/alice</Arn><UserId>AIDA</UserId>\
                        <Account>210987654321</Account>\
                        </GetCallerIdentityResult></GetCallerIdentityResponse>";
        let answer = HttpResponse::new(200_u16.try_into().unwrap(), SdkBody::from(identity));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

async fn clients(connection: ConnectionConfig, sts: &FakeSts) -> Clients {
    let connector = SharedHttpConnector::new(sts.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let config = config::load_with(&connection, http).await.unwrap();
    Clients::with_sdk_config(connection, Settings::default(), config)
}

#[tokio::test]
async fn clients_need_complete_keys() {
    let token = ConnectionConfig {
        token: Some("t".to_owned()),
        access_key: None,
        secret_key: None,
        ..keys()
    };
    let access_key = ConnectionConfig {
        secret_key: None,
        ..keys()
    };
    let secret_key = ConnectionConfig {
        access_key: None,
        ..keys()
    };
    for (connection, missing) in [
        (access_key, "`access_key` is set without `secret_key`"),
        (secret_key, "`secret_key` is set without `access_key`"),
        (token, "`token` is set without `access_key`"),
    ] {
        let clients = Clients::new(connection, Settings::default());
        let error = clients.iam().await.unwrap_err();
        assert!(error.detail().contains(missing), "{error}");
    }
}

#[tokio::test]
async fn clients_reject_a_malformed_region() {
    let connection = ConnectionConfig {
        region: Some("us-east1".to_owned()),
        ..keys()
    };
    let clients = Clients::new(connection, Settings::default());
    let detail = clients.account().await.unwrap_err().detail();
    assert!(detail.contains("`us-east1`"), "{detail}");
    assert!(detail.contains("AWS_REGION"), "{detail}");
}

#[tokio::test]
async fn clients_ask_sts_once_before_other_calls() {
    let sts = FakeSts::default();
    let clients = clients(keys(), &sts).await;
    assert_eq!(sts.0.load(Ordering::Relaxed), 0);
    clients.iam().await.unwrap();
    clients.s3().await.unwrap();
    clients.sagemaker().await.unwrap();
    let dynamodb = clients.dynamodb().await.unwrap();
    let region = dynamodb.config().region().map(ToString::to_string);
    assert_eq!(region.as_deref(), Some("us-east-1"));
    assert_eq!(clients.account().await.unwrap().account_id, "210987654321");
    assert_eq!(sts.0.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn clients_refuse_an_account_that_is_not_allowed() {
    let sts = FakeSts::default();
    let other = ConnectionConfig {
        allowed_account_ids: vec!["123456789012".to_owned()],
        ..keys()
    };
    let refused = clients(other.clone(), &sts).await;
    let error = refused.iam().await.unwrap_err();
    assert_eq!(error.summary(), "AWS account not allowed");
    let detail = error.detail();
    for part in [
        "210987654321",
        "123456789012",
        "user/alice",
        "`allowed_account_ids`",
    ] {
        assert!(detail.contains(part), "{detail}");
    }
    assert_eq!(refused.dynamodb().await.unwrap_err(), error);
    assert_eq!(refused.account().await.unwrap_err(), error);
    assert_eq!(sts.0.load(Ordering::Relaxed), 1);

    let mut allowed = other;
    allowed.allowed_account_ids.push("210987654321".to_owned());
    clients(allowed, &sts).await.iam().await.unwrap();
}

#[tokio::test]
async fn clients_take_endpoints() {
    let endpoint = || Some("http://127.0.0.1:1".to_owned());
    let connection = ConnectionConfig {
        endpoints: super::super::settings::Endpoints {
            iam: endpoint(),
            sagemaker: endpoint(),
            s3: endpoint(),
            dynamodb: endpoint(),
            sts: None,
            scheduler: endpoint(),
            budgets: endpoint(),
            identitystore: endpoint(),
            resourcegroupstaggingapi: endpoint(),
        },
        ..keys()
    };
    let clients = clients(connection, &FakeSts::default()).await;
    clients.iam().await.unwrap();
    clients.sagemaker().await.unwrap();
    clients.s3().await.unwrap();
    clients.dynamodb().await.unwrap();
    clients.scheduler().await.unwrap();
    let budgets = clients.budgets().await.unwrap();
    assert_eq!(budgets.config().region().unwrap().as_ref(), "us-east-1");
    clients.identity_store(None).await.unwrap();
    clients.tagging().await.unwrap();
}

#[tokio::test]
async fn offline_knows_account_and_caller() {
    let account = Account::new("123456789012", "us-east-1");
    let clients = Clients::offline(account.clone(), Settings::default());
    assert_eq!(clients.account().await, Ok(&account));
    let arn = &clients.caller().await.unwrap().arn;
    assert_eq!(arn, "arn:aws:iam::123456789012:role/terraform");
}

#[tokio::test]
async fn policy_context_has_network_where_set() {
    let account = Account::new("123456789012", "us-east-1");
    let clients = Clients::offline(account.clone(), Settings::default());
    assert!(clients.policy_context().await.unwrap().network.is_none());
    let mut settings = Settings::default();
    settings.notebook_defaults.subnet_ids = vec!["subnet-a".to_owned()];
    settings.notebook_defaults.kms_key_id = Some("key-1".to_owned());
    let clients = Clients::offline(account, settings);
    let context = clients.policy_context().await.unwrap();
    assert_eq!(context.network.unwrap().subnet_ids, ["subnet-a"]);
    assert_eq!(context.kms_key, Some("key-1"));
}
