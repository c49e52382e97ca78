// Decides requests with iam-simulate. Reads and writes JSON lines.
//
// A line with "layers" sets the policies for the requests after it. A line with "request" is answered with
// {"id", "result", "ignored"} or, when the package rejects the input, {"id", "error"}.
import { createInterface } from 'node:readline'
import {
  createValidatedPolicy,
  validateEndpointPolicy,
  validateIdentityPolicy,
  validateResourceControlPolicy,
  validateResourcePolicy,
  validateServiceControlPolicy,
  validateSessionPolicy,
} from '@cloud-copilot/iam-policy'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

// Validated once per line of policies instead of once per request.
const validated = (policy, validate) => createValidatedPolicy(policy, validate)
const named = (policies, validate) =>
  policies.map((policy, index) => ({ name: `p${index}`, policy: validated(policy, validate) }))
const levels = (all, validate) =>
  all.map((policies, index) => ({ orgIdentifier: `level${index}`, policies: named(policies, validate) }))

const read = (layers) => ({
  identityPolicies: named(layers.identity, validateIdentityPolicy),
  serviceControlPolicies: levels(layers.serviceControl, validateServiceControlPolicy),
  resourceControlPolicies: levels(layers.resourceControl, validateResourceControlPolicy),
  permissionBoundaryPolicies: layers.boundary ? named([layers.boundary], validateIdentityPolicy) : undefined,
  vpcEndpointPolicies: layers.endpoint ? named([layers.endpoint], validateEndpointPolicy) : undefined,
  sessionPolicy: layers.session ? validated(layers.session, validateSessionPolicy) : undefined,
  resourcePolicy: layers.resource ? validated(layers.resource, validateResourcePolicy) : undefined,
})

const decide = async (policies, input) => {
  const request = {
    principal: input.caller ?? anonymousPrincipal,
    action: input.action,
    resource: { resource: input.resource, accountId: input.account },
    contextVariables: input.context,
  }
  const additionalSettings = { s3: { bucketAbacEnabled: true } }
  const result = await runSimulation({ request, ...policies, additionalSettings }, {})
  if (result.resultType !== 'single') return { error: JSON.stringify(result.errors ?? result.resultType) }
  return { result: result.overallResult, ignored: result.result.ignoredContextKeys }
}

let policies
for await (const line of createInterface({ input: process.stdin })) {
  const { layers, request } = JSON.parse(line)
  if (layers) {
    policies = read(layers)
    continue
  }
  let found
  try {
    found = await decide(policies, request)
  } catch (error) {
    found = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...found })}\n`)
}
