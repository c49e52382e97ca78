//! The record of a notebook's daily stop in MLSpace's resource-schedule table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::StopTime;
use crate::{
    aws::{Called as _, Error, Operation, Platform, wait::settle},
    name::{NotebookName, ProjectName},
};

/// MLSpace's word for notebook instances in this table.
const NOTEBOOK: &str = "notebook-instance";

fn key(name: &NotebookName) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("resourceId".to_owned(), AttributeValue::S(name.to_string())),
        (
            "resourceType".to_owned(),
            AttributeValue::S(NOTEBOOK.to_owned()),
        ),
    ])
}

/// The time of day in an item; a fraction of a second, which MLSpace's own writers may leave, doesn't count.
fn stop_time(item: &HashMap<String, AttributeValue>) -> Option<StopTime> {
    let number = item.get("terminationTime")?.as_n().ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let plain = fraction.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| whole.parse().ok())
        .flatten()
        .map(StopTime::of_epoch)
}

impl Platform {
    /// When the notebook stops every day; `None` without a record, or with one that MLSpace's sweeper couldn't read either.
    pub(crate) async fn scheduled_stop(
        &self,
        name: &NotebookName,
    ) -> Result<Option<StopTime>, Error> {
        let client = self.dynamodb().await?;
        let answer = client
            .get_item()
            .table_name(&self.settings().table_names.resource_schedule)
            .set_key(Some(key(name)))
            .consistent_read(true)
            .send()
            .await
            .called("dynamodb", "GetItem")?;
        Ok(answer.item.as_ref().and_then(stop_time))
    }

    /// Makes the notebook stop every day at `time`, or never by itself. Writes nothing when that is so already: the date in the record
    /// is the sweeper's, not ours.
    pub(crate) async fn schedule_stop(
        &self,
        operation: &Operation,
        name: &NotebookName,
        project: &ProjectName,
        time: Option<StopTime>,
    ) -> Result<(), Error> {
        let Some(time) = time else {
            return self.unschedule_stop(operation, name).await;
        };
        if self.scheduled_stop(name).await? == Some(time) {
            return Ok(());
        }
        let client = self.dynamodb().await?;
        let next = time.next_after(Timestamp::now().as_second());
        let request = client
            .update_item()
            .table_name(&self.settings().table_names.resource_schedule)
            .set_key(Some(key(name)))
            .update_expression("SET #time = :time, #project = :project")
            .expression_attribute_names("#time", "terminationTime")
            .expression_attribute_names("#project", "project")
            .expression_attribute_values(":time", AttributeValue::N(next.to_string()))
            .expression_attribute_values(":project", AttributeValue::S(project.to_string()));
        settle(operation, "recording the daily stop", || async {
            let answer = request.clone().send().await;
            answer.called("dynamodb", "UpdateItem")
        })
        .await
        .map(drop)
    }

    /// Removes the record, if there is one.
    pub(crate) async fn unschedule_stop(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let client = self.dynamodb().await?;
        let request = client
            .delete_item()
            .table_name(&self.settings().table_names.resource_schedule)
            .set_key(Some(key(name)));
        settle(operation, "removing the daily stop", || async {
            let answer = request.clone().send().await;
            answer.called("dynamodb", "DeleteItem")
        })
        .await
        .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: AttributeValue) -> HashMap<String, AttributeValue> {
        HashMap::from([("terminationTime".to_owned(), value)])
    }

    #[test]
    fn the_time_of_day_is_read_from_integers_and_fractions() {
        let at = |text: &str| stop_time(&item(AttributeValue::N(text.to_owned())));
        assert_eq!(at("68400"), "19:00".parse().ok());
        assert_eq!(at("1763838000.25"), "19:00".parse().ok());
        assert_eq!(at("1.7e9"), None);
        assert_eq!(at("soon"), None);
        let text = AttributeValue::S("68400".to_owned());
        assert_eq!(stop_time(&item(text)), None);
        assert_eq!(stop_time(&HashMap::new()), None);
    }

    #[test]
    fn the_key_is_mlspace_s() {
        let key = key(&"alice-fraud".parse().unwrap());
        let text = |text: &str| AttributeValue::S(text.to_owned());
        assert_eq!(key["resourceId"], text("alice-fraud"));
        assert_eq!(key["resourceType"], text("notebook-instance"));
    }
}
