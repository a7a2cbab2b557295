// One sign-in with either line of the TypeScript SDK. At last it prints a line with what the server says; twice the tool's
// result: the second call is made with a spoilt access token, which the SDK must refresh.
import { kept, line, rest, sdk, signedIn, transport } from './sdk_person.mjs';

const fresh = () => transport(['authorization_code', 'refresh_token'], rest[0]);
const c = await signedIn(fresh, async (transport) => {
  const c = new sdk.Client({ name: `sdk-${line}`, version: '1' });
  await c.connect(transport);
  return c;
});
const tools = await c.listTools();
const result = await c.callTool({ name: 'get_user_profile', arguments: {} });
const issued = kept.tokens.access_token;
kept.tokens = { ...kept.tokens, access_token: issued.slice(0, -8) + 'AAAAAAAA' };
const again = await c.callTool({ name: 'get_user_profile', arguments: {} });
console.log(JSON.stringify({ tools, result, again, refreshed: kept.tokens.access_token !== issued }));
await c.close();
process.exit();
