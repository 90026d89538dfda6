// Another house that vouches for people: the program oidc-provider, on this machine.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from './server.mjs';

export const CLIENT = { id: 'yilang-stories', secret: 'a-secret-of-the-stories-alone' };

// Whoever comes is signed in at once as `person`, and agrees.
async function agree(provider, house, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: house.person } });
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

// `redirect` is where this site takes people back.
export async function startProvider(modules, redirect) {
  const { default: Provider } = await import(pathToFileURL(join(modules, 'node_modules', 'oidc-provider', 'lib', 'index.js')));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const house = { url, person: 'li.wei' };
  const provider = new Provider(url, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Interaction: 600, Session: 600, Grant: 600 },
    cookies: { keys: ['of the stories alone'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  const failed = [];
  provider.on('server_error', (_, error) => failed.push(error.stack ?? String(error)));
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return agree(provider, house, request, response).catch((error) => {
      failed.push(error.stack ?? String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  house.failed = failed;
  house.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return house;
}
