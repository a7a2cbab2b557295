// What a script with either line of the TypeScript SDK begins with: the SDK, and the person behind it. The script runs as
// "SCRIPT SERVER REDIRECT_URL LINE …". Each sign-in prints a line with the address to open, and reads a line with the
// address that the browser was sent back to.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import * as v2 from '@modelcontextprotocol/client';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [server, redirectUrl] = process.argv.slice(2);
export const line = process.argv[4]; // v1 or v2
export const rest = process.argv.slice(5);
export const sdk = line === 'v2' ? v2 : { Client, StreamableHTTPClientTransport, UnauthorizedError };

// kept is what the SDK has us keep, and how often it has registered a client.
export const kept = { clients: 0 };

// transport connects to the server as a client that registers with these.
export const transport = (grantTypes, authMethod) => {
  const authProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'SDK example',
      redirect_uris: [redirectUrl],
      grant_types: grantTypes,
      response_types: ['code'],
      token_endpoint_auth_method: authMethod,
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
  return new sdk.StreamableHTTPClientTransport(new URL(server), { authProvider });
};

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// signedIn does what needs a person over a transport, lets them answer, and does it again over the next one.
export const signedIn = async (next, deed) => {
  const first = next();
  try {
    await deed(first);
  } catch (e) {
    if (!(e instanceof sdk.UnauthorizedError)) throw e;
    const back = new URL((await lines.next()).value).searchParams;
    if (back.get('state') !== kept.state) throw new Error(`state ${back.get('state')}, want ${kept.state}`);
    await first.finishAuth(line === 'v2' ? back : back.get('code'));
    return deed(next());
  }
  throw new Error('nobody had to sign in');
};
