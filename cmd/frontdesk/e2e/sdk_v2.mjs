// One sign-in with the TypeScript SDK's v2 line. It prints a line with the address to open, reads a line with
// the address that the browser was sent back to, and prints a line with what the server then says; twice the
// tool's result: the second call is made with a spoilt access token, which the SDK must refresh.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

const [server, redirectUrl, method] = process.argv.slice(2);
const kept = {};
const provider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'SDK example',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
  },
  state: () => (kept.state = randomUUID()),
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  redirectToAuthorization: (url) => console.log(JSON.stringify({ open: url.href })),
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
};

const transport = () => new StreamableHTTPClientTransport(new URL(server), { authProvider: provider });
const client = () => new Client({ name: 'sdk-v2', version: '1' });
const first = transport();
try {
  await client().connect(first);
  throw new Error('connected without a token');
} catch (e) {
  if (!(e instanceof UnauthorizedError)) throw e;
}

const input = createInterface({ input: process.stdin });
const back = new URL((await input[Symbol.asyncIterator]().next()).value).searchParams;
if (back.get('state') !== kept.state) throw new Error(`state ${back.get('state')}, want ${kept.state}`);
await first.finishAuth(back);

const c = client();
await c.connect(transport());
const tools = await c.listTools();
const result = await c.callTool({ name: 'get_user_profile', arguments: {} });
const issued = kept.tokens.access_token;
kept.tokens = { ...kept.tokens, access_token: issued.slice(0, -8) + 'AAAAAAAA' };
const again = await c.callTool({ name: 'get_user_profile', arguments: {} });
console.log(JSON.stringify({ tools, result, again, refreshed: kept.tokens.access_token !== issued }));
await c.close();
input.close();
