//! What a configured provider works with.

use std::sync::Arc;

use mlspace_core::services::Services;

/// The client that resources and data sources use: the core's services on the configured account.
pub type Client = Arc<Services>;
