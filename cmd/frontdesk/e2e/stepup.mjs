// A step-up with the TypeScript SDK's v2 line. Signed in with the everyday scopes it calls the tool that needs more,
// and what happens then is the SDK's own doing. Each sign-in prints a line with the address to open and reads a line
// with the address that the browser was sent back to; at last it prints a line with what both tools said.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

const [server, redirectUrl] = process.argv.slice(2);
const kept = { clients: 0 };
const provider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'SDK example',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
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
    if (!(e instanceof UnauthorizedError)) throw e;
    const back = new URL((await lines.next()).value).searchParams;
    if (back.get('state') !== kept.state) throw new Error(`state ${back.get('state')}, want ${kept.state}`);
    await transport.last.finishAuth(back);
    return deed(transport());
  }
  throw new Error('nobody had to sign in');
};
const fresh = () => (fresh.last = new StreamableHTTPClientTransport(new URL(server), { authProvider: provider }));
const c = await signedIn(fresh, async (transport) => {
  const c = new Client({ name: 'step-up', version: '1' });
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
