//! How fast questions about all requests are decided.
//!
//! `make bench`, or `cargo bench --package conformance --bench proofs`. Everything runs on one core.
//! Measured are the question whether a membership's role reaches objects of another tenant, with
//! AWS's own `AmazonSageMakerFullAccess` attached; all claims of its isolation; the theorem, which
//! has all claims for any names, in both models; and policies that are made to be hard.
#![expect(clippy::print_stdout, reason = "a benchmark's report")]
#![expect(clippy::unwrap_used, reason = "a benchmark fails on bad input")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::Criterion;
use iam_policy::evaluate::{Caller, PolicySet};
use iam_policy::prove::{Answer, Question, prove};
use iam_policy::{Document, Operator, Statement};
use mlspace_core::layout::Account;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::policies::isolation::{AnyTenant, Tenant, TenantModel, isolation_claims};
use mlspace_core::policies::{
    MemberAccess, PlatformAccess, PolicyContext, ProjectAccess, pass_role_policy, project_policy,
    user_policy,
};
use mlspace_core::tags::membership_role_tags;

/// Where criterion keeps its figures, beside other scratch files of the build.
const FIGURES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/criterion");

fn main() {
    let mut criterion = Criterion::default()
        .output_directory(Path::new(FIGURES))
        .configure_from_args();
    let account = Account::new("123456789012", "us-east-1");
    let context = PolicyContext {
        account: &account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: "mlspace-data-123456789012",
        network: None,
        kms_key: None,
        platform: PlatformAccess::default(),
    };
    membership(&mut criterion, &context);
    theorem(&context);
    hostile();
    criterion.final_summary();
}

fn membership(criterion: &mut Criterion, context: &PolicyContext<'_>) {
    let (project, user): (ProjectName, UserName) =
        ("fraud".parse().unwrap(), "alice".parse().unwrap());
    let role = context.account.role_arn("MLSpace-fraud-alice");
    let access = ProjectAccess::default();
    let member = MemberAccess::new(&project, &user, &role, &access);
    let wide = "../../crates/iam-policy/src/prove/tests/documents/AmazonSageMakerFullAccess.json";
    let wide = Path::new(env!("CARGO_MANIFEST_DIR")).join(wide);
    let documents = [
        project_policy(context, &project, &access, false).unwrap(),
        user_policy(context, &user).unwrap(),
        pass_role_policy(context, &member).unwrap(),
        Document::parse(&std::fs::read_to_string(wide).unwrap()).unwrap(),
    ];
    let set = documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("p", document)
    });
    let tenant = Tenant {
        project: project.to_string(),
        user: user.to_string(),
        role_arn: role.clone(),
        shared_datasets: Vec::new(),
    };
    let tags = membership_role_tags("MLSpace", &project, &user);
    let caller = Caller::from_arn(&role).unwrap();
    let claims = isolation_claims(context, &caller, &tenant, |question| {
        tags.iter().fold(question, |question, (key, value)| {
            question.principal_tag(key, value)
        })
    });
    let objects = &claims.first().unwrap().question;
    assert!(prove(&set, objects).holds());
    let mut group = criterion.benchmark_group("prove");
    group.sample_size(10);
    group.bench_function("reach objects of other projects", |b| {
        b.iter(|| prove(black_box(&set), objects))
    });
    group.bench_function("reach other tenants, all claims", |b| {
        b.iter(|| {
            for claim in &claims {
                black_box(prove(black_box(&set), &claim.question).holds());
            }
        })
    });
    group.finish();
}

fn theorem(context: &PolicyContext<'_>) {
    let start = Instant::now();
    let everything = Statement::allow("All").actions(["*"]).resources(["*"]);
    let everything = Document::new([everything]);
    let (mut proved, mut all) = (0, 0);
    for model in [TenantModel::PerPrincipal, TenantModel::Attribute] {
        let any = AnyTenant::new(context, model).unwrap();
        let set = any.policies().identity("base", &everything);
        for claim in any.claims(context) {
            all += 1;
            proved += usize::from(prove(&set, &claim.question).holds());
        }
    }
    println!(
        "theorem: {proved} of {all} claims proved for any names, in {:.1} s",
        start.elapsed().as_secs_f64()
    );
}

/// Policies whose patterns overlap in many ways, or whose variables have many cases.
fn hostile() {
    let infixes = |n: usize| {
        (0..n).map(move |i| format!("arn:aws:s3:::*{i:b}*{:b}*{:b}*", i * 7 + 1, i * 13 + 5))
    };
    let overlaps = Document::new(infixes(200).enumerate().map(|(i, resource)| {
        let statement = if i % 2 == 0 {
            Statement::allow("")
        } else {
            Statement::deny("")
        };
        statement.actions(["s3:*"]).not_resources([resource])
    }));
    let variables = Document::new((0..6).map(|i| {
        Statement::allow("")
            .actions(["*"])
            .not_resources([format!("arn:aws:s3:::*${{aws:PrincipalTag/t{i}}}*")])
            .when(
                Operator::StringNotLike,
                "s3:prefix",
                [format!("*${{aws:PrincipalTag/t{}}}*", (i + 1) % 6)],
            )
    }));
    let alternatives = Document::new((0..60).map(|i| {
        (0..40).fold(
            Statement::deny("").actions(["*"]).resources(["*"]),
            |statement, key| {
                statement.when(
                    Operator::StringNotEquals,
                    format!("aws:RequestTag/k{key}"),
                    [format!("v{}", (i * key) % 11)],
                )
            },
        )
    }));
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
    let question = Question::new(caller).any_principal_tags();
    for (name, document) in [
        ("overlapping patterns", overlaps),
        ("variables", variables),
        ("alternatives", alternatives),
    ] {
        let all = Statement::allow("All").actions(["*"]).resources(["*"]);
        let set = PolicySet::new()
            .identity("all", &Document::new([all]))
            .identity("hostile", &document);
        let start = Instant::now();
        let answer = prove(&set, &question.clone().not_resources(infixes(60)));
        let word = match answer {
            Answer::Holds => "proved".to_owned(),
            Answer::Refuted(_) => "refuted".to_owned(),
            Answer::NotDecided(reason) => format!("not decided, {reason}"),
        };
        println!(
            "hostile {name}: {word}, in {:.2} s",
            start.elapsed().as_secs_f64()
        );
    }
}
