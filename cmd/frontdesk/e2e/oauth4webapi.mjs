// One client's life with oauth4webapi: it registers, signs somebody in, uses every endpoint and takes its leave. It
// prints a line with the address to open, reads a line with what the browser brought back, and prints a line with
// what it learned; then it reads another line and gives its registration back. Whatever the library does not accept
// ends the program.
import { createInterface } from 'node:readline';
import * as oauth from 'oauth4webapi';

const [issuer, redirect, asked] = process.argv.slice(2);
const { method, signing, alg, mode } = JSON.parse(asked);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what) => console.log(JSON.stringify(what));
const heard = async () => (await lines.next()).value;
const must = (true_, what) => {
  if (!true_) throw new Error(what);
};
const refused = (promise, what) => promise.then(() => must(false, `the library accepts ${what}`), () => {});
const http = { [oauth.allowInsecureRequests]: true }; // on this machine

// Discovery, from the resource to its authorization server, by both of the server's documents.
const resource = new URL(`${issuer}/mcp`);
const rs = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, http));
must(rs.authorization_servers.includes(issuer), `the resource names ${rs.authorization_servers}`);
const server = new URL(issuer);
const discover = async (algorithm) => oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { ...http, algorithm }));
const as = await discover('oidc');
must(JSON.stringify(as) === JSON.stringify(await discover('oauth2')), 'the two metadata documents differ');

// Registration.
const metadata = {
  client_name: 'oauth4webapi',
  redirect_uris: [redirect],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: method,
  post_logout_redirect_uris: [redirect],
  ...(alg && { id_token_signed_response_alg: alg }),
};
let key;
if (method === 'private_key_jwt') {
  const pair = await oauth.generateKeyPair(signing);
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
  metadata.jwks = { keys: [{ ...jwk, kid: 'mine', use: 'sig', alg: signing }] };
  metadata.token_endpoint_auth_signing_alg = signing;
  key = { key: pair.privateKey, kid: 'mine' };
}
const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, metadata, http));
must(client.token_endpoint_auth_method === method, `registered as ${client.token_endpoint_auth_method}`);
const auth = {
  none: () => oauth.None(),
  client_secret_basic: () => oauth.ClientSecretBasic(client.client_secret),
  client_secret_post: () => oauth.ClientSecretPost(client.client_secret),
  private_key_jwt: () => oauth.PrivateKeyJwt(key),
}[method]();

// The authorization code, with everything that protects it.
const verifier = oauth.generateRandomCodeVerifier();
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
const to = new URL(as.authorization_endpoint);
to.search = new URLSearchParams({
  client_id: client.client_id,
  redirect_uri: redirect,
  response_type: 'code',
  scope: 'openid profile email offline_access',
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
  max_age: '600',
  resource: resource.href,
  ...(mode && { response_mode: mode }),
});
say({ open: to.href });
const back = new URLSearchParams(await heard()); // by form_post just so: the library reads parameters
for (const change of [{ iss: 'https://mixed.example.com' }, { iss: undefined }, { state: 'mixed' }]) {
  const mixed = new URLSearchParams(back);
  for (const [name, value] of Object.entries(change)) value ? mixed.set(name, value) : mixed.delete(name);
  await refused((async () => oauth.validateAuthResponse(as, client, mixed, state))(), `an answer with ${JSON.stringify(change)}`);
}
const params = oauth.validateAuthResponse(as, client, back, state);
const more = { ...http, additionalParameters: { resource: resource.href } };
const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirect, verifier, more);
const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, maxAge: 600, requireIdToken: true });
await oauth.validateApplicationLevelSignature(as, answer, http); // of the ID token
const claims = oauth.getValidatedIdTokenClaims(tokens);

// The access token as a resource server reads it (RFC 9068).
const bearer = (token) => new Request(resource, { headers: { authorization: `Bearer ${token}` } });
const access = await oauth.validateJwtAccessToken(as, bearer(tokens.access_token), resource.href, http);
must(access.client_id === client.client_id && access.sub === claims.sub, 'the access token is for somebody else');

// Its use.
const userInfo = async (token) =>
  oauth.processUserInfoResponse(as, client, claims.sub, await oauth.userInfoRequest(as, client, token, http));
const refresh = async (token) =>
  oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, token, more));
const info = await userInfo(tokens.access_token);
const fresh = await refresh(tokens.refresh_token);
must(fresh.access_token !== tokens.access_token && fresh.refresh_token !== tokens.refresh_token, 'a refresh brings the same tokens');
await userInfo(fresh.access_token);

// Its end. Only who authenticates may introspect.
const states = [];
const introspect = async (token) =>
  oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, http));
const look = async () => {
  if (method === 'none') return refused(introspect(fresh.access_token), 'that a public client introspects');
  for (const token of [fresh.access_token, fresh.refresh_token]) states.push((await introspect(token)).active);
};
await look();
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, fresh.access_token, http));
await look();
await refused(userInfo(fresh.access_token), 'a revoked access token');
await refused(refresh(fresh.refresh_token), 'the refresh token of a revoked grant');
const bye = new URL(as.end_session_endpoint);
bye.search = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect, state });
const header = JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url'));
say({ alg: header.alg, claims, info, states, logout: bye.href, state, secrets: [fresh.access_token, fresh.refresh_token, client.client_secret] });

// RFC 7592, for which the library has no call of its own: its bearer requests do.
await heard();
const manage = async (verb, body) => {
  const headers = new Headers(body && { 'content-type': 'application/json' });
  const url = new URL(client.registration_client_uri);
  const res = await oauth.protectedResourceRequest(client.registration_access_token, verb, url, headers, body && JSON.stringify(body), http);
  must(res.ok, `${verb} of the registration answers ${res.status}`);
  return res.status === 204 ? undefined : res.json();
};
const read = await manage('GET');
const changed = await manage('PUT', { ...metadata, client_id: client.client_id, client_name: 'Renamed' });
client.registration_access_token = changed.registration_access_token;
await manage('DELETE');
await refused(manage('GET'), 'the registration that it deleted');
say({ read: read.client_name, changed: changed.client_name });
process.exit();
