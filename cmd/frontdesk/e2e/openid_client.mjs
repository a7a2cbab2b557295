// One client's life with openid-client: it registers, signs somebody in, uses every endpoint and takes its leave. It
// prints a line with the address to open, reads a line with what the browser brought back, and prints a line with
// what it learned; then it reads another line and gives its registration back. Whatever the library does not accept
// ends the program.
import { createInterface } from 'node:readline';
import * as client from 'openid-client';

const [issuer, redirect, asked] = process.argv.slice(2);
const { method, signing, alg, mode } = JSON.parse(asked);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what) => console.log(JSON.stringify(what));
const heard = async () => (await lines.next()).value;
const must = (true_, what) => {
  if (!true_) throw new Error(what);
};
const refused = (promise, what) => promise.then(() => must(false, `the library accepts ${what}`), () => {});

const algorithms = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  Ed25519: 'Ed25519',
};
const metadata = {
  client_name: 'openid-client',
  redirect_uris: [redirect],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: method,
  post_logout_redirect_uris: [redirect],
  ...(alg && { id_token_signed_response_alg: alg }),
};
const auth = { none: client.None, client_secret_basic: client.ClientSecretBasic, client_secret_post: client.ClientSecretPost };
let authentication;
if (method === 'private_key_jwt') {
  const pair = await crypto.subtle.generateKey(algorithms[signing], true, ['sign', 'verify']);
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  metadata.jwks = { keys: [{ kty, crv, x, y, n, e, kid: 'mine', use: 'sig', alg: signing }] };
  metadata.token_endpoint_auth_signing_alg = signing;
  authentication = client.PrivateKeyJwt({ key: pair.privateKey, kid: 'mine' });
}

// Discovery and registration. dynamicClientRegistration without ClientAuth uses the secret that it is given.
const insecure = { execute: [client.allowInsecureRequests] }; // http, on this machine
const registered = await client.dynamicClientRegistration(new URL(issuer), metadata, authentication, insecure);
const mine = registered.clientMetadata();
must(mine.token_endpoint_auth_method === method, `registered as ${mine.token_endpoint_auth_method}`);
const config = await client.discovery(new URL(issuer), mine.client_id, mine, authentication ?? auth[method](mine.client_secret), insecure);
client.enableNonRepudiationChecks(config); // verify the ID token's signature, which came over TLS elsewhere

// The authorization code, with everything that protects it.
const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const resource = `${issuer}/mcp`;
const to = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope: 'openid profile email offline_access',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
  max_age: '600',
  resource,
  ...(mode && { response_mode: mode }),
});
say({ open: to.href });
const back = await heard();
const answer = (query) =>
  mode === 'form_post'
    ? new Request(redirect, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: query })
    : new URL(`${redirect}?${query}`);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 600, idTokenExpected: true };
const redeem = (query) => client.authorizationCodeGrant(config, answer(query), checks, { resource });
for (const change of [{ iss: 'https://mixed.example.com' }, { iss: undefined }, { state: 'mixed' }]) {
  const query = new URLSearchParams(back);
  for (const [key, value] of Object.entries(change)) value ? query.set(key, value) : query.delete(key);
  await refused(redeem(query.toString()), `an answer with ${JSON.stringify(change)}`);
}
const tokens = await redeem(back);
const claims = tokens.claims();

// Its use.
const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, { resource });
must(fresh.access_token !== tokens.access_token && fresh.refresh_token !== tokens.refresh_token, 'a refresh brings the same tokens');
await client.fetchUserInfo(config, fresh.access_token, claims.sub);

// Its end. Only who authenticates may introspect.
const states = [];
const look = async () => {
  if (method === 'none') return refused(client.tokenIntrospection(config, fresh.access_token), 'that a public client introspects');
  for (const token of [fresh.access_token, fresh.refresh_token]) states.push((await client.tokenIntrospection(config, token)).active);
};
await look();
await client.tokenRevocation(config, fresh.refresh_token, { token_type_hint: 'refresh_token' });
await look();
await refused(client.fetchUserInfo(config, fresh.access_token, claims.sub), 'a revoked access token');
await refused(client.refreshTokenGrant(config, fresh.refresh_token), 'a revoked refresh token');
const bye = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect, state });
const header = JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url'));
say({ alg: header.alg, claims, info, states, logout: bye.href, state, secrets: [fresh.access_token, fresh.refresh_token, mine.client_secret] });

// RFC 7592, for which the library has no call of its own: its bearer requests do.
await heard();
const manage = async (verb, body) => {
  const headers = new Headers(body && { 'content-type': 'application/json' });
  const url = new URL(mine.registration_client_uri);
  const res = await client.fetchProtectedResource(config, mine.registration_access_token, url, verb, body && JSON.stringify(body), headers);
  must(res.ok, `${verb} of the registration answers ${res.status}`);
  return res.status === 204 ? undefined : res.json();
};
const read = await manage('GET');
const changed = await manage('PUT', { ...metadata, client_id: mine.client_id, client_name: 'Renamed' });
mine.registration_access_token = changed.registration_access_token;
await manage('DELETE');
await refused(manage('GET'), 'the registration that it deleted');
say({ read: read.client_name, changed: changed.client_name });
process.exit();
