# Rings alice, then bob, and connects them: the call API in plain Python, without a package, hence the WebSocket by hand.
# python3 samples/call_api.py sip:alice@192.0.2.10 sip:bob@192.0.2.11 [host] [port]
import json, socket, sys

caller, callee, host, port = (sys.argv[1:] + ["127.0.0.1", "5059"][len(sys.argv) - 3:])[:4]
stream = socket.create_connection((host, int(port))).makefile("rwb")
request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "CallStart", "params": {"caller": caller, "callee": callee}}).encode()
stream.write(f"GET /call-api HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
stream.write(bytes([0x81, 0xfe]) + len(request).to_bytes(2, "big") + bytes(4) + request)  # one text frame, masked with zeros
stream.flush()
while stream.readline() != b"\r\n":
    pass
failed, message = False, {}
while "error" not in message and message.get("method") != "Ended":  # the last message of every command
    kind, size = stream.read(2)
    text = stream.read(int.from_bytes(stream.read(2), "big") if size == 126 else size)
    message = json.loads(text) if kind == 0x81 else {}
    print(text.decode(), flush=True)
    failed = failed or "error" in message or message.get("method") == "Error"
sys.exit(failed)
