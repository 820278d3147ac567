/** Small servers in Python, to stand in for images that only a registry has. They listen on the address that renet gave them. */

/** By TLS, with the certificate in /tls.pem. */
const WRAP = `
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/tls.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)`;

/** An HTTP server of which `reply`, and perhaps `headers`, are the answers. */
function httpServer(port: number, answers: string, wrap = ''): string {
  return `
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get('content-length', 0)))
        status, text = reply(self, body)
        self.send_response(status)
        for name, value in headers(self): self.send_header(name, value)
        self.send_header('content-length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    do_GET = do_POST = answer
    def log_message(self, *_): pass
def headers(_): return []
${answers}
server = ThreadingHTTPServer((os.environ['SERVICE_IP'], ${port}), Handler)${wrap}
server.serve_forever()`;
}

const ECHO = `def reply(request, body):
    return 200, f"{request.headers.get('host')} {request.path} {len(body)} user={request.headers.get('remote-user')}"`;

/** Answers each request with what it has been asked, and by whom. */
export const pageServer = (port: number): string => httpServer(port, ECHO);
export const tlsPageServer = (port: number): string => httpServer(port, ECHO, WRAP);

/** Answers each request with its name. */
export function greeter(port: number, name: string): string {
  return httpServer(
    port,
    `def reply(request, body):
    return 200, '${name}'`,
  );
}

/** Lets in who brings a cookie, and says who it is. */
export function loginServer(port: number): string {
  return httpServer(
    port,
    `def reply(request, body):
    return (200, 'welcome') if request.headers.get('cookie') == 'who=ada' else (401, 'log in first')
def headers(request):
    return [('Remote-User', 'ada')] if request.headers.get('cookie') == 'who=ada' else []`,
  );
}

/** Does TLS with the certificate in /tls.pem, greets, and says back what it hears. */
export function tlsServer(port: number): string {
  return `
import os, socket, ssl, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/tls.pem')
def serve(plain):
    try:
        with context.wrap_socket(plain, server_side=True) as secure:
            secure.sendall(b'* OK ready')
            while data := secure.recv(4096): secure.sendall(data)
    except OSError: pass
listener = socket.create_server((os.environ['SERVICE_IP'], ${port}))
while True: threading.Thread(target=serve, args=(listener.accept()[0],)).start()`;
}

export function tcpEcho(port: number): string {
  return `
import os, socket, threading
def serve(connection):
    with connection:
        while data := connection.recv(4096): connection.sendall(data)
listener = socket.create_server((os.environ['SERVICE_IP'], ${port}))
while True: threading.Thread(target=serve, args=(listener.accept()[0],)).start()`;
}

export function udpEcho(port: number): string {
  return `
import os, socket
echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
echo.bind((os.environ['SERVICE_IP'], ${port}))
while True:
    data, sender = echo.recvfrom(4096)
    echo.sendto(data, sender)`;
}

/** A compose file that puts a stand-in in the place of a service's image. */
export function standIn(service: string, script: string, volumes: readonly string[] = []): string {
  const command = ['python3', '-u', '-c', script.replaceAll('$', '$$$$')];
  return JSON.stringify({ services: { [service]: { image: 'my-app-web', init: true, command, volumes } } });
}
