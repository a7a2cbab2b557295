// A step-up with either line of the TypeScript SDK. Signed in with the everyday scopes it calls the tool that needs more,
// and what happens then is the SDK's own doing. Each sign-in prints a line with the address to open and reads a line
// with the address that the browser was sent back to; at last it prints a line with what both tools said.
//
// v1 registers without refresh tokens here: where it has one it answers the 403 by a refresh, which brings no new scopes,
// and gives up. No server can change that.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import * as v2 from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [server, redirectUrl, line] = process.argv.slice(2);
const sdk = line === 'v2' ? v2 : { Client, StreamableHTTPClientTransport, UnauthorizedError };
const kept = { clients: 0 };
const provider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'SDK example',
    redirect_uris: [redirectUrl],
    grant_types: line === 'v2' ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  state: () => (kept.state = randomUUID()),
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void ((kept.client = client), kept.clients++),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  redirectToAuthorization: (url) => console.log(JSON.stringify({ open: url.href })),
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
};
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// signedIn does what needs a person, lets them answer, and does it again.
const signedIn = async (transport, deed) => {
  try {
    await deed(transport());
  } catch (e) {
    if (!(e instanceof sdk.UnauthorizedError)) throw e;
    const back = new URL((await lines.next()).value).searchParams;
    if (back.get('state') !== kept.state) throw new Error(`state ${back.get('state')}, want ${kept.state}`);
    await transport.last.finishAuth(line === 'v2' ? back : back.get('code'));
    return deed(transport());
  }
  throw new Error('nobody had to sign in');
};
const fresh = () => (fresh.last = new sdk.StreamableHTTPClientTransport(new URL(server), { authProvider: provider }));
const c = await signedIn(fresh, async (transport) => {
  const c = new sdk.Client({ name: 'step-up', version: '1' });
  await c.connect(transport);
  return c;
});
const profile = () => c.callTool({ name: 'get_user_profile', arguments: {} });
const before = await profile();
const everyday = kept.tokens;
const same = () => fresh.last; // the connection that is there
same.last = fresh.last;
const updated = await signedIn(same, () => c.callTool({ name: 'update_user_profile', arguments: { first_name: 'Stepped' } }));
const after = await profile();
console.log(
  JSON.stringify({
    before, updated, after, clients: kept.clients,
    scopes: [everyday.scope, kept.tokens.scope],
    secrets: [everyday.access_token, everyday.refresh_token, kept.tokens.access_token, kept.tokens.refresh_token],
  }),
);
process.exit();
