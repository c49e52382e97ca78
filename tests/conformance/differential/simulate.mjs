// Answers requests with iam-simulate. Lines of JSON in, lines of JSON out.
//
// A line with "world" sets the policies that hold from there on; a line with "ask" is a request, answered by
// {"id", "result", "ignored"} or, when the package refuses the input, {"id", "error"}.
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

// Validated once a world instead of once a request.
const validated = (policy, validate) => createValidatedPolicy(policy, validate)
const named = (policies, validate) =>
  policies.map((policy, index) => ({ name: `p${index}`, policy: validated(policy, validate) }))
const levels = (all, validate) =>
  all.map((policies, index) => ({ orgIdentifier: `level${index}`, policies: named(policies, validate) }))

const read = (world) => ({
  identityPolicies: named(world.identity, validateIdentityPolicy),
  serviceControlPolicies: levels(world.serviceControl, validateServiceControlPolicy),
  resourceControlPolicies: levels(world.resourceControl, validateResourceControlPolicy),
  permissionBoundaryPolicies: world.boundary ? named([world.boundary], validateIdentityPolicy) : undefined,
  vpcEndpointPolicies: world.endpoint ? named([world.endpoint], validateEndpointPolicy) : undefined,
  sessionPolicy: world.session ? validated(world.session, validateSessionPolicy) : undefined,
  resourcePolicy: world.resource ? validated(world.resource, validateResourcePolicy) : undefined,
})

const answer = async (policies, ask) => {
  const request = {
    principal: ask.caller ?? anonymousPrincipal,
    action: ask.action,
    resource: { resource: ask.resource, accountId: ask.account },
    contextVariables: ask.context,
  }
  const additionalSettings = { s3: { bucketAbacEnabled: true } }
  const result = await runSimulation({ request, ...policies, additionalSettings }, {})
  if (result.resultType !== 'single') return { error: JSON.stringify(result.errors ?? result.resultType) }
  return { result: result.overallResult, ignored: result.result.ignoredContextKeys }
}

let policies
for await (const line of createInterface({ input: process.stdin })) {
  const { world, ask } = JSON.parse(line)
  if (world) {
    policies = read(world)
    continue
  }
  let found
  try {
    found = await answer(policies, ask)
  } catch (error) {
    found = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify({ id: ask.id, ...found })}\n`)
}
