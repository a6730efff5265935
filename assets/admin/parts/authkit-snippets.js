/* A key comes from the environment: what is copied into a program must not hold one. */

const node = (base) => `// npm install @picahq/authkit-token
import { AuthKitToken } from '@picahq/authkit-token';

const authKit = new AuthKitToken(process.env.PICA_SECRET_KEY, { baseUrl: '${base}' });

app.post('/api/authkit', async (request, response) => {
  const user = await whoIs(request); // as everywhere in your application
  response.json(await authKit.create({ identity: user.id, identityType: 'user' }));
});`;

const python = (base) => `# pip install authkit-token
import os
from authkit_token import AuthKitToken

authkit = AuthKitToken(secret_key=os.environ["PICA_SECRET_KEY"], base_url="${base}")

@app.post("/api/authkit")
def authkit_session(user: User = Depends(current_user)):
    return authkit.create(identity=user.id, identity_type="user")`;

const curl = (base) => `curl -X POST '${base}/v1/authkit' \\
  -H "x-pica-secret: $PICA_SECRET_KEY" \\
  -H 'content-type: application/json' \\
  --data '{"identity": "user_123", "identityType": "user"}'`;

const react = (base) => `// npm install @picahq/authkit
import { useAuthKit } from '@picahq/authkit';

export function ConnectButton() {
  const { open } = useAuthKit({
    baseUrl: '${base}/authkit',
    token: { url: 'https://app.example.com/api/authkit', headers: {} },
    onSuccess: (connection) => save(connection.key),
    onError: (message) => alert(message),
    onClose: () => {},
  });
  return <button onClick={open}>Connect an app</button>;
}`;

const plain = (base) => `const origin = '${new URL(base).origin}';

function connect() {
  const frame = document.createElement('iframe');
  frame.src = '${base}/authkit';
  frame.style = 'position: fixed; inset: 0; width: 100%; height: 100%; border: 0; z-index: 9999; color-scheme: light';
  frame.onload = () => frame.contentWindow.postMessage({
    linkTokenEndpoint: 'https://app.example.com/api/authkit',
    linkHeaders: {},
    title: 'Connect an app',
  }, origin);
  addEventListener('message', function hear({ source, data }) {
    if (source !== frame.contentWindow) return;
    if (data.messageType === 'LINK_SUCCESS') save(data.message.key);
    if (data.messageType !== 'EXIT_EVENT_LINK') return;
    removeEventListener('message', hear);
    frame.remove();
  });
  document.body.append(frame);
}`;

/** What goes into a back end and into a page, with this server's address. */
export function installSnippets(base) {
  return {
    back: [{ key: 'node', label: 'Node', text: node(base) }, { key: 'python', label: 'Python', text: python(base) }, { key: 'curl', label: 'curl', text: curl(base) }],
    front: [{ key: 'react', label: 'React', text: react(base) }, { key: 'plain', label: 'JavaScript', text: plain(base) }],
  };
}
