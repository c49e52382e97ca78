//! A small provider whose resources are strings in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::framework::{
    AnyEphemeralResource, Attribute, Block, Call, ConfigureContext, DataSource, Diagnostics,
    EphemeralResource, Failed, Field, Function, FunctionError, ObjectKey, Opened, Parameter, Plan,
    Provider, Resource, Schema, ScopeAttribute, Signature, Type, ValidationError, Value,
    data_source::AnyDataSource, model, resource::AnyResource, server::Server, types,
};
use crate::protocol::tfplugin6 as proto;

#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) notes: Mutex<BTreeMap<String, String>>,
}

pub(super) type Client = Arc<Shelf>;

/// What every key contains.
pub(super) const SECRET: &str = "hush-";

#[derive(Default)]
pub(super) struct Toy {
    pub(super) shelf: Client,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Config {
    pub(super) region: Field<String>,
    pub(super) retries: Field<i64>,
}

#[async_trait]
impl Provider for Toy {
    type Model = Config;
    type Client = Client;

    fn name(&self) -> &'static str {
        "toy"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).attributes([
            Attribute::string("region").optional(),
            Attribute::integer("retries").optional().default(3),
        ])
    }

    fn validate(&self, config: &Config, diagnostics: &mut Diagnostics) {
        if config.region.as_deref() == Some("moon") {
            diagnostics.error("region", "Unknown region", "Choose one on earth.");
        }
    }

    async fn configure(
        &self,
        config: Config,
        cx: &ConfigureContext,
    ) -> Result<Client, Diagnostics> {
        assert_eq!(config.retries, Field::Known(3), "defaults are filled in");
        match config.region.as_deref() {
            Some("nowhere") => Err(Diagnostics::of_error(
                "region",
                "Unreachable region",
                "Choose another one.",
            )),
            Some("loop") => {
                cx.cancel.cancelled().await;
                std::future::pending().await
            }
            _ => Ok(Arc::clone(&self.shelf)),
        }
    }

    fn identity_scope(&self) -> &'static [ScopeAttribute] {
        &[ScopeAttribute {
            name: "shelf",
            description: "The shelf.",
        }]
    }

    fn identity_version(&self) -> i64 {
        1
    }

    async fn scope(&self, _: &Client) -> BTreeMap<&'static str, String> {
        [("shelf", "first".to_owned())].into()
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Client>>> {
        vec![Box::new(Note)]
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Client>>> {
        vec![Box::new(Count)]
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn AnyEphemeralResource<Client>>> {
        vec![Box::new(Key)]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![Box::new(Join)]
    }
}

/// A string with a name. Some strings make operations fail.
struct Note;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct NoteModel {
    pub(super) name: Field<String>,
    pub(super) text: Field<String>,
    pub(super) loud: Field<bool>,
    pub(super) length: Field<usize>,
}

#[async_trait]
impl Resource<Client> for Note {
    type Model = NoteModel;

    fn type_name(&self) -> &'static str {
        "toy_note"
    }

    fn schema(&self) -> Schema {
        Schema::new(2)
            .describe("A note.")
            .attributes([
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .validate(|name| match name.as_str() {
                        Some("") => Err(ValidationError::new("The name is empty. Set one.")),
                        _ => Ok(()),
                    }),
                Attribute::string("text").optional(),
                Attribute::bool("loud")
                    .optional()
                    .default(false)
                    .deprecated("Use `text`."),
                Attribute::number("length")
                    .computed()
                    .derived_from(&["text"]),
            ])
            .blocks([Block::timeouts(&[("create", "1m"), ("delete", "2m")])])
    }

    fn validate(&self, config: &NoteModel, diagnostics: &mut Diagnostics) {
        if config.text.as_deref() == Some("rude") {
            diagnostics.error("text", "Rude text", "Use other words.");
        }
    }

    async fn modify_plan(&self, client: Option<&Client>, cx: &Call, plan: &mut Plan<NoteModel>) {
        if cx.private::<u64>("seconds") == Some(13) {
            plan.diagnostics
                .error("", "Unlucky note", "Create it with another timeout.");
        }
        if client.is_none() {
            plan.diagnostics
                .warning("", "Not checked", "The provider is not configured yet.");
        }
        if plan.config.text.as_deref() == Some("forgetful") {
            plan.remove_private("kept");
            let count = plan.private::<u64>("plans").unwrap_or_default();
            plan.set_private("plans", &(count + 1)).unwrap();
        }
        if plan.config.text.as_deref() == Some("panic in plan") {
            panic!("out of paper");
        }
    }

    async fn plan_destroy(
        &self,
        _: Option<&Client>,
        _: &Call,
        state: NoteModel,
        diagnostics: &mut Diagnostics,
    ) {
        if state.text.as_deref() == Some("precious") {
            diagnostics.error("", "Note is protected", "The note is precious.");
        }
    }

    async fn create(
        &self,
        client: &Client,
        cx: &mut Call,
        planned: NoteModel,
    ) -> Result<NoteModel, Failed<NoteModel>> {
        let name = planned.name.known().cloned().unwrap_or_default();
        let text = planned.text.known().cloned().unwrap_or_default();
        if text == "panic" {
            panic!("out of ink");
        }
        client.notes.lock().unwrap().insert(name, text.clone());
        let seconds = cx.timeout("create").as_secs();
        cx.set_private("seconds", &seconds).unwrap();
        if text.starts_with("faint") {
            cx.warn("text", "Faint text", "Press harder.");
        }
        match text.as_str() {
            "fail" | "faint fail" => Err(Failed::reached(
                Diagnostics::of_error("text", "Smudged text", "Try again."),
                planned,
            )),
            "wait" => {
                cx.cancel().cancelled().await;
                Err(Failed::reached(
                    Diagnostics::of_error("", "Operation cancelled", "Apply again."),
                    planned,
                ))
            }
            "forget" => Ok(planned),
            "late" => Ok(NoteModel {
                length: 7.into(),
                ..planned
            }),
            "change" => Ok(NoteModel {
                text: "changed".into(),
                length: 7.into(),
                ..planned
            }),
            _ => Ok(NoteModel {
                length: text.len().into(),
                ..planned
            }),
        }
    }

    async fn read(
        &self,
        client: &Client,
        _: &mut Call,
        state: NoteModel,
    ) -> Result<Option<NoteModel>, Diagnostics> {
        let name = state.name.known().cloned().unwrap_or_default();
        let text = client.notes.lock().unwrap().get(&name).cloned();
        Ok(text.map(|text| NoteModel {
            length: text.len().into(),
            text: text.into(),
            loud: false.into(),
            ..state
        }))
    }

    async fn update(
        &self,
        client: &Client,
        cx: &mut Call,
        _: NoteModel,
        planned: NoteModel,
    ) -> Result<NoteModel, Failed<NoteModel>> {
        if planned.text.as_deref() == Some("refuse") {
            return Err(Diagnostics::of_error("", "Update refused", "Undo the change.").into());
        }
        Resource::create(self, client, cx, planned).await
    }

    async fn delete(
        &self,
        client: &Client,
        _: &mut Call,
        state: NoteModel,
    ) -> Result<(), Failed<NoteModel>> {
        if state.text.as_deref() == Some("sticky") {
            return Err(Diagnostics::of_error("", "Note is stuck", "Try again.").into());
        }
        client
            .notes
            .lock()
            .unwrap()
            .remove(state.name.known().unwrap());
        Ok(())
    }

    async fn import_state(
        &self,
        _: &Client,
        cx: &mut Call,
        id: &str,
    ) -> Result<NoteModel, Diagnostics> {
        if id.contains('/') {
            return Err(Diagnostics::of_error(
                "",
                "Invalid import id",
                "Use the name of the note.",
            ));
        }
        cx.set_private("imported", &true).unwrap();
        Ok(NoteModel {
            name: id.into(),
            ..NoteModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        cx: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<NoteModel, Diagnostics> {
        Resource::import_state(self, client, cx, &identity["name"]).await
    }

    fn upgrade_state(&self, from_version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        match from_version {
            1 => {
                state["text"] = state["body"].take();
                state["length"] = json!(0);
                Ok(state)
            }
            _ => Err(Diagnostics::of_error(
                "",
                "State is too old",
                "Create the note again.",
            )),
        }
    }
}

struct Count;

#[derive(Debug, Serialize, Deserialize)]
struct CountModel {
    prefix: Field<String>,
    total: Field<usize>,
}

#[async_trait]
impl DataSource<Client> for Count {
    type Model = CountModel;

    fn type_name(&self) -> &'static str {
        "toy_count"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).attributes([
            Attribute::string("prefix").optional().default(""),
            Attribute::number("total").computed(),
        ])
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        config: CountModel,
    ) -> Result<CountModel, Diagnostics> {
        let prefix = config.prefix.known().cloned().unwrap();
        if prefix == "rare" {
            call.warn("prefix", "Rare prefix", "No note begins so.");
        }
        if prefix == "vague" {
            return Ok(CountModel {
                total: Field::Unknown,
                ..config
            });
        }
        let total = client
            .notes
            .lock()
            .unwrap()
            .keys()
            .filter(|name| name.starts_with(&prefix))
            .count();
        Ok(CountModel {
            total: total.into(),
            ..config
        })
    }
}

/// A key for a note, which the shelf lists while it is out. Some names make operations fail.
struct Key;

#[derive(Serialize, Deserialize)]
struct KeyModel {
    note: Field<String>,
    teeth: Field<i64>,
    key: Field<String>,
}

#[async_trait]
impl EphemeralResource<Client> for Key {
    type Model = KeyModel;

    fn type_name(&self) -> &'static str {
        "toy_key"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .attributes([
                Attribute::string("note").required(),
                Attribute::integer("teeth").optional().default(8),
                Attribute::string("key").computed().sensitive(),
            ])
            .blocks([Block::timeouts(&[("open", "90s"), ("close", "30s")])])
    }

    fn validate(&self, config: &KeyModel, diagnostics: &mut Diagnostics) {
        if config.teeth.as_option() == Some(&0) {
            diagnostics.error("teeth", "Blunt key", "Give it teeth.");
        }
    }

    async fn open(
        &self,
        client: &Client,
        cx: &mut Call,
        config: KeyModel,
    ) -> Result<Opened<KeyModel>, Diagnostics> {
        let note = config.note.as_deref().unwrap().to_owned();
        let key = format!("{SECRET}{note}");
        match note.as_str() {
            "missing"
                if cx
                    .objects()
                    .is_created(&ObjectKey::new("toy_note", [("name", "missing")])) =>
            {
                return Ok(Opened::new(KeyModel {
                    key: Field::Unknown,
                    ..config
                }));
            }
            "missing" => return Err(Diagnostics::of_error("note", "No such note", "Write it.")),
            "wait" => {
                cx.cancel().cancelled().await;
                return Err(Diagnostics::of_error(
                    "",
                    "Operation cancelled",
                    "Open again.",
                ));
            }
            "panic" => panic!("dropped https://keys.example.com/?token={key}"),
            "loud" => cx.warn("", "Loud key", format!("It says {key}.")),
            _ => {}
        }
        client
            .notes
            .lock()
            .unwrap()
            .insert(format!("key of {note}"), "out".to_owned());
        cx.set_private("note", &note).unwrap();
        cx.set_private("seconds", &cx.timeout("open").as_secs())
            .unwrap();
        let note = if note == "wrong" {
            "other".into()
        } else {
            config.note.clone()
        };
        let opened = Opened::new(KeyModel {
            note,
            key: key.into(),
            ..config
        });
        Ok(opened.renew_at(UNIX_EPOCH + Duration::from_secs(100)))
    }

    async fn renew(
        &self,
        client: &Client,
        cx: &mut Call,
    ) -> Result<Option<SystemTime>, Diagnostics> {
        let note: String = cx.private("note").unwrap();
        let Some(out) = client
            .notes
            .lock()
            .unwrap()
            .get_mut(&format!("key of {note}"))
            .map(|out| {
                out.push_str(", renewed");
                out.clone()
            })
        else {
            return Err(Diagnostics::of_error("", "Key lost", "Open another."));
        };
        cx.set_private("out", &out).unwrap();
        Ok((note != "brief").then(|| UNIX_EPOCH + Duration::from_secs(200)))
    }

    async fn close(&self, client: &Client, cx: &mut Call) -> Result<(), Diagnostics> {
        let note: String = cx.private("note").unwrap();
        assert_eq!(cx.timeout("close"), Duration::from_secs(30));
        match client
            .notes
            .lock()
            .unwrap()
            .remove(&format!("key of {note}"))
        {
            Some(_) => Ok(()),
            None => Err(Diagnostics::of_error("", "Key lost", "Look for it.")),
        }
    }
}

struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String)
            .summary("Joins strings.")
            .parameter(Parameter::new("separator", Type::String).nullable())
            .variadic(Parameter::new("strings", Type::String))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let (separator, texts) = arguments.split_first().unwrap();
        let texts: Vec<_> = texts.iter().map(|text| text.as_str().unwrap()).collect();
        match texts.first() {
            Some(&"panic") => panic!("knotted"),
            Some(&"") => Err(FunctionError::argument(1, "The string must not be empty.")),
            Some(&"number") => Ok(Value::from(1)),
            _ => Ok(texts.join(separator.as_str().unwrap_or_default()).into()),
        }
    }
}

pub(super) fn server() -> Server<Toy> {
    Server::new(Toy::default()).unwrap()
}

pub(super) fn note_type() -> types::Type {
    AnyResource::<Client>::schema(&Note).ty()
}

/// An object of the note's type, as Terraform encodes it.
pub(super) fn note(
    name: &str,
    text: impl Into<Value>,
    length: impl Into<Value>,
) -> proto::DynamicValue {
    note_with(name, text, length, Value::List(vec![]))
}

pub(super) fn note_with(
    name: &str,
    text: impl Into<Value>,
    length: impl Into<Value>,
    timeouts: Value,
) -> proto::DynamicValue {
    encode(
        &Value::object([
            ("name", Value::from(name)),
            ("text", text.into()),
            ("loud", Value::from(false)),
            ("length", length.into()),
            ("timeouts", timeouts),
        ]),
        &note_type(),
    )
}

pub(super) fn encode(value: &Value, ty: &types::Type) -> proto::DynamicValue {
    let msgpack = crate::framework::codec::encode(value, ty).unwrap();
    proto::DynamicValue {
        msgpack,
        json: Vec::new(),
    }
}

pub(super) fn decode(value: Option<&proto::DynamicValue>) -> Value {
    crate::framework::codec::decode(&value.unwrap().msgpack, &note_type()).unwrap()
}

pub(super) fn decode_note(value: Option<&proto::DynamicValue>) -> NoteModel {
    model::from_value(&decode(value)).unwrap()
}

/// Summaries of diagnostics, each with severity and path.
pub(super) fn short(diagnostics: &[proto::Diagnostic]) -> Vec<String> {
    use proto::attribute_path::step::Selector;
    let name = |step: &proto::attribute_path::Step| match &step.selector {
        Some(Selector::AttributeName(name) | Selector::ElementKeyString(name)) => name.clone(),
        Some(Selector::ElementKeyInt(index)) => index.to_string(),
        None => String::new(),
    };
    let text = |diagnostic: &proto::Diagnostic| {
        let path = diagnostic
            .attribute
            .iter()
            .flat_map(|path| &path.steps)
            .map(name)
            .collect::<Vec<_>>()
            .join(".");
        let severity = if diagnostic.severity == 1 {
            "error"
        } else {
            "warning"
        };
        format!("{severity} {path}: {}", diagnostic.summary)
    };
    diagnostics.iter().map(text).collect()
}
