// Rings alice, then bob, and connects them: the call API in plain Node 22, Node 20 with --experimental-websocket, or an older one with the package ws (Debian: node-ws).
// node samples/call-api.mjs sip:alice@192.0.2.10 sip:bob@192.0.2.11 [ws://127.0.0.1:5059/call-api?key=…]
import { createRequire } from 'node:module';

const WebSocket = globalThis.WebSocket ?? createRequire(import.meta.url)('ws');
const [caller, callee, server = 'ws://127.0.0.1:5059/call-api'] = process.argv.slice(2);
const socket = new WebSocket(server);

socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'CallStart', params: { caller, callee } }));

socket.onmessage = ({ data }) => {
  console.log(data);
  const { error, method } = JSON.parse(data);
  if (error || method === 'Error') process.exitCode = 1; // what went wrong is in the message
  if (error || method === 'Ended') socket.close();       // the last message of every command
};

socket.onerror = ({ message }) => {
  console.error(message || 'no connection');
  process.exitCode = 1;
};
