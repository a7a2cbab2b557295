// A step-up with either line of the TypeScript SDK. Signed in with the everyday scopes it calls the tool that needs more,
// and what happens then is the SDK's own doing. At last it prints a line with what both tools said.
//
// v1 registers without refresh tokens here: where it has one it answers the 403 by a refresh, which brings no new scopes,
// and gives up. No server can change that.
import { kept, line, sdk, signedIn, transport } from './sdk_person.mjs';

let last; // the connection that is there
const fresh = () => (last = transport(line === 'v2' ? ['authorization_code', 'refresh_token'] : ['authorization_code'], 'none'));
const c = await signedIn(fresh, async (transport) => {
  const c = new sdk.Client({ name: 'step-up', version: '1' });
  await c.connect(transport);
  return c;
});
const profile = () => c.callTool({ name: 'get_user_profile', arguments: {} });
const before = await profile();
const everyday = kept.tokens;
const updated = await signedIn(
  () => last,
  () => c.callTool({ name: 'update_user_profile', arguments: { first_name: 'Stepped' } }),
);
const after = await profile();
console.log(
  JSON.stringify({
    before, updated, after, clients: kept.clients,
    scopes: [everyday.scope, kept.tokens.scope],
    secrets: [everyday.access_token, everyday.refresh_token, kept.tokens.access_token, kept.tokens.refresh_token],
  }),
);
process.exit();
