//! Names of the DynamoDB tables that hold the records.

use std::sync::LazyLock;

macro_rules! table_names {
    ($($(#[$doc:meta])* $field:ident = $default:literal),* $(,)?) => {
        /// Names of the platform's DynamoDB tables. The defaults are MLSpace's own names.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct TableNames {
            $($(#[$doc])* pub $field: String,)*
        }

        impl Default for TableNames {
            fn default() -> Self {
                Self { $($field: $default.to_owned(),)* }
            }
        }

        impl TableNames {
            /// Names of the fields, in order: the keys of the setting `table_names`.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// Sets the name of the table that the settings call `field`. Returns false when no
            /// table is called so.
            pub fn set(&mut self, field: &str, name: impl Into<String>) -> bool {
                match field {
                    $(stringify!($field) => { self.$field = name.into(); true })*
                    _ => false,
                }
            }

            /// Field names with table names, in order.
            #[must_use]
            pub fn entries(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($field), self.$field.as_str())),*]
            }
        }
    };
}

table_names! {
    /// Users of the web application; key `username`.
    users = "mlspace-users",
    /// Projects; key `name`.
    projects = "mlspace-projects",
    /// Members of projects; key `project`, `user`.
    project_users = "mlspace-project-users",
    /// Groups that are members of projects; key `project`, `group`.
    project_groups = "mlspace-project-groups",
    /// Groups of users; key `name`.
    groups = "mlspace-groups",
    /// Users in groups; key `group`, `user`.
    group_users = "mlspace-group-users",
    /// Who joined and left groups; key `group`, `actionedAt`.
    group_membership_history = "mlspace-group-membership-history",
    /// Datasets shared with groups; key `group`, `dataset`.
    group_datasets = "mlspace-group-datasets",
    /// Datasets; key `scope`, `name`.
    datasets = "mlspace-datasets",
    /// Times at which resources are stopped or deleted; key `resourceId`, `resourceType`.
    resource_schedule = "mlspace-resource-schedule",
    /// The web application's records of SageMaker resources; key `resourceType`, `resourceId`.
    resource_metadata = "mlspace-resource-metadata",
}

/// Hash key of the items of external locations in the table `resource_metadata`. MLSpace reads that
/// table by the types of SageMaker resources, and never sees them.
pub const LOCATION_TYPE: &str = "external-location";

impl TableNames {
    /// MLSpace's own names, for callers that borrow them.
    #[must_use]
    pub fn mlspace() -> &'static Self {
        static MLSPACE: LazyLock<TableNames> = LazyLock::new(TableNames::default);
        &MLSPACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_takes_the_fields_name() {
        let mut tables = TableNames::default();
        assert!(tables.set("project_users", "other"));
        assert_eq!(tables.project_users, "other");
        assert!(!tables.set("no_such_table", "x"));
    }

    #[test]
    fn defaults_are_those_of_the_tables_module() {
        // modules/tables/main.tf derives a table's name from the prefix and the field in this way.
        for (field, name) in TableNames::mlspace().entries() {
            assert_eq!(name, format!("mlspace-{}", field.replace('_', "-")));
        }
        assert_eq!(
            TableNames::FIELDS.len(),
            TableNames::mlspace().entries().len()
        );
    }
}
