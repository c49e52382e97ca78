//! Denials of requests that do not come through the approved VPC endpoints.

use crate::policies::context::{PolicyError, check_vpc_endpoints};
use iam_policy::{Operator, Statement};

/// The network from which a resource can be used.
#[derive(Clone, Copy)]
pub(in crate::policies) struct NetworkPerimeter<'a> {
    /// The VPC endpoints through which requests must come. If empty, requests can come from
    /// anywhere.
    pub(in crate::policies) endpoint_ids: &'a [String],
    /// ARNs, or patterns of ARNs, of principals that the denials do not apply to.
    pub(in crate::policies) exempt_principal_arns: &'a [String],
}

impl NetworkPerimeter<'_> {
    /// The denial, not applied to exempt principals.
    pub(in crate::policies) fn except_exempt_principals(&self, deny: Statement) -> Statement {
        if self.exempt_principal_arns.is_empty() {
            deny
        } else {
            deny.when(
                Operator::ArnNotLike,
                "aws:PrincipalArn",
                self.exempt_principal_arns,
            )
        }
    }

    /// The denial, applied to requests outside the VPC endpoints. It does not apply to AWS
    /// services, on their own or on behalf of a caller, nor to exempt principals. `None` without
    /// endpoints.
    pub(in crate::policies) fn deny_outside_endpoints(
        &self,
        deny: Statement,
    ) -> Result<Option<Statement>, PolicyError> {
        check_vpc_endpoints(self.endpoint_ids)?;
        Ok((!self.endpoint_ids.is_empty()).then(|| {
            let outside = self
                .except_exempt_principals(deny)
                .when(
                    Operator::StringNotEquals,
                    "aws:SourceVpce",
                    self.endpoint_ids,
                )
                // A request that AWS did not forward has no such key: `IfExists`.
                .when(Operator::Bool.if_exists(), "aws:ViaAWSService", ["false"]);
            except_aws_services(outside)
        }))
    }
}

/// The denial, not applied to AWS services that act on their own.
pub(in crate::policies) fn except_aws_services(deny: Statement) -> Statement {
    // A request without the key does not come from a service: `IfExists`.
    deny.when(
        Operator::Bool.if_exists(),
        "aws:PrincipalIsAWSService",
        ["false"],
    )
}
