//! What every record store must do, checked on the in-memory one.

use aws_sdk_dynamodb::types::AttributeValue;

use super::memory::MemoryStore;
use super::*;
use crate::aws::Error;
use crate::testing::Faults;

const TABLE: &str = "mlspace-group-users";
const OTHER: &str = "mlspace-group-datasets";

fn store() -> MemoryStore {
    MemoryStore::new(Faults::default())
}

fn key(group: &str, user: &str) -> Key {
    Key::hash("group", group).range("user", user)
}

fn item(group: &str, user: &str, note: &str) -> Item {
    let mut item = key(group, user).attributes();
    item.insert("note".to_owned(), AttributeValue::S(note.to_owned()));
    item
}

async fn with_items(store: &dyn RecordStore) {
    for (group, user) in [("risk", "alice"), ("risk", "bob"), ("ops", "alice")] {
        let item = item(group, user, "n");
        let created = store.create(TABLE, &key(group, user), item).await;
        assert_eq!(created, Ok(Write::Done));
    }
}

async fn note(store: &dyn RecordStore, group: &str, user: &str) -> Option<String> {
    let item = store.get(TABLE, &key(group, user)).await.unwrap()?;
    Some(View(&item).text_or_empty("note"))
}

fn users(items: &[Item]) -> Vec<String> {
    let users = items.iter().map(|item| View(item).string("user").unwrap());
    let mut users: Vec<String> = users.collect();
    users.sort();
    users
}

#[tokio::test]
async fn create_refuses_another_item_with_the_key() {
    let store = store();
    with_items(&store).await;
    let key = key("risk", "alice");
    let other = store.create(TABLE, &key, item("risk", "alice", "other"));
    assert_eq!(other.await, Ok(Write::Refused));
    // As a create whose answer was lost is repeated.
    let same = store.create(TABLE, &key, item("risk", "alice", "n"));
    assert_eq!(same.await, Ok(Write::Done));
    assert_eq!(note(&store, "risk", "alice").await.unwrap(), "n");
    assert_eq!(store.items(TABLE).len(), 3);
}

#[tokio::test]
async fn get_finds_items_by_their_whole_key() {
    let store = store();
    with_items(&store).await;
    assert_eq!(note(&store, "ops", "alice").await.unwrap(), "n");
    assert_eq!(note(&store, "ops", "bob").await, None);
}

#[tokio::test]
async fn update_changes_attributes_under_a_condition() {
    let store = store();
    with_items(&store).await;
    let key = key("risk", "alice");
    let seen = AttributeValue::S("n".to_owned());
    let change = Change::new()
        .set_string("note", "m")
        .expect("note", Some(&seen));
    assert_eq!(store.update(TABLE, &key, &change).await, Ok(Write::Done));
    assert_eq!(store.update(TABLE, &key, &change).await, Ok(Write::Refused));
    assert_eq!(note(&store, "risk", "alice").await.unwrap(), "m");
    assert_eq!(note(&store, "risk", "bob").await.unwrap(), "n");
    let remove = Change::new().remove("note").expect_present("group");
    assert_eq!(store.update(TABLE, &key, &remove).await, Ok(Write::Done));
    assert_eq!(note(&store, "risk", "alice").await.unwrap(), "");
}

#[tokio::test]
async fn update_creates_unless_it_expects_an_item() {
    let store = store();
    let key = key("risk", "zoe");
    let expecting = Change::new()
        .set_string("note", "m")
        .expect_present("group");
    assert_eq!(
        store.update(TABLE, &key, &expecting).await,
        Ok(Write::Refused)
    );
    assert_eq!(store.get(TABLE, &key).await, Ok(None));
    let change = Change::new().set_string("note", "m");
    assert_eq!(store.update(TABLE, &key, &change).await, Ok(Write::Done));
    assert_eq!(
        store.get(TABLE, &key).await,
        Ok(Some(item("risk", "zoe", "m")))
    );
}

#[tokio::test]
async fn delete_is_repeatable() {
    let store = store();
    with_items(&store).await;
    for _ in 0..2 {
        store.delete(TABLE, &key("risk", "alice")).await.unwrap();
        assert_eq!(store.items(TABLE).len(), 2);
    }
}

#[tokio::test]
async fn query_and_scan_select_items() {
    let store = store();
    with_items(&store).await;
    let risk = store.query(TABLE, "group", "risk").await.unwrap();
    assert_eq!(users(&risk), ["alice", "bob"]);
    assert!(risk.iter().all(|item| item.contains_key("note")));
    let all = store.scan(TABLE, &["user"]).await.unwrap();
    assert_eq!(users(&all), ["alice", "alice", "bob"]);
    assert!(all.iter().all(|item| item.len() == 1));
    let none = store.query(TABLE, "group", "ris").await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn query_index_returns_keys_only() {
    let store = store();
    with_items(&store).await;
    let found = store
        .query_index(TABLE, "ReverseLookup", "user", "bob")
        .await;
    assert_eq!(found.unwrap(), [key("risk", "bob").attributes()]);
}

#[tokio::test]
async fn transact_writes_all_or_nothing() {
    let store = store();
    with_items(&store).await;
    let put = TransactWrite::Put(TABLE.to_owned(), key("risk", "carol").attributes());
    let delete = TransactWrite::Delete(TABLE.to_owned(), key("risk", "alice"));
    let before = store.items(TABLE);
    store.drop_table(OTHER);
    let lost = TransactWrite::Delete(OTHER.to_owned(), Key::hash("group", "risk"));
    let failed = store.transact(&[put.clone(), lost]).await;
    assert!(failed.unwrap_err().is_absent());
    assert_eq!(store.items(TABLE), before);
    // Both writes can be repeated.
    for _ in 0..2 {
        store
            .transact(&[put.clone(), delete.clone()])
            .await
            .unwrap();
        let risk = store.query(TABLE, "group", "risk").await.unwrap();
        assert_eq!(users(&risk), ["bob", "carol"]);
    }
}

#[tokio::test]
async fn missing_tables_are_named() {
    let store = store();
    store.drop_table(TABLE);
    let key = key("risk", "alice");
    let change = Change::new().set_string("note", "n");
    let errors: Vec<Error> = vec![
        store.get(TABLE, &key).await.unwrap_err(),
        store.create(TABLE, &key, Item::new()).await.unwrap_err(),
        store.update(TABLE, &key, &change).await.unwrap_err(),
        store.delete(TABLE, &key).await.unwrap_err(),
        store.query(TABLE, "group", "risk").await.unwrap_err(),
        store
            .query_index(TABLE, "i", "user", "bob")
            .await
            .unwrap_err(),
        store.scan(TABLE, &["user"]).await.unwrap_err(),
    ];
    for error in errors {
        let expected = Error::NoTable {
            table: TABLE.to_owned(),
        };
        assert_eq!(error, expected);
    }
}
