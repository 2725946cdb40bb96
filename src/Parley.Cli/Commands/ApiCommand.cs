using System.CommandLine;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Cli.Terminal;
using Parley.Contracts.JsonRpc;

namespace Parley.Cli.Commands;

/// <summary><c>parley api</c>.</summary>
internal sealed class ApiCommand : Command
{
    private const string KeyVariable = "PARLEY_CALL_API_KEY";

    // All calls of a large server in one answer.
    private const int MaxMessage = 64 << 20;

    private readonly Argument<string> _method = new("METHOD") { Description = "Name of the command, e.g. CallStart" };

    private readonly Argument<string> _parameters = new("JSON") { Arity = ArgumentArity.ZeroOrOne, Description = "Its parameters, an object", DefaultValueFactory = _ => "{}" };

    private readonly Option<string> _server = new("--server")
    {
        HelpName = "URL", Description = "Where the server is, ws:// or wss:// [default: ws://127.0.0.1:5059/call-api]", DefaultValueFactory = _ => "ws://127.0.0.1:5059/call-api",
    };

    private readonly Option<string?> _key = new("--key") { HelpName = "KEY", Description = $"The key, where the server has any. Also {KeyVariable}" };

    private readonly Option<bool> _insecure = new("--insecure") { Description = "Take any certificate of the server" };

    public ApiCommand()
        : base("api", """
            Gives a command to the call API of a running server and prints each message, until the command has ended: with 0 when it ended well, with 1 after an Error.

            Examples:
              parley api CallStart '{"caller": "sip:alice@192.0.2.10", "callee": "sip:bob@192.0.2.11"}'
              parley api CallEnd '{"callid": "431fc357.a3e3.49c2@127.0.0.1"}'
              parley api Subscribe
            """)
    {
        Arguments.Add(_method);
        Arguments.Add(_parameters);
        foreach (var option in (Option[])[_server, _key, _insecure])
            Options.Add(option);
        SetAction(RunAsync);
    }

    /// <summary>The key the environment names; null for none.</summary>
    public static string? KeyOfEnvironment => Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = parsed.GetValue(_method), ["params"] = Parameters(parsed.GetValue(_parameters)!),
        };
        var server = Server(parsed.GetValue(_server)!);
        using var socket = new ClientWebSocket();
        if ((parsed.GetValue(_key) ?? KeyOfEnvironment) is { } key)
            socket.Options.SetRequestHeader("Authorization", "Bearer " + key);
        if (parsed.GetValue(_insecure))
        {
#pragma warning disable CA5359 // what --insecure asks for
            socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        try
        {
            await socket.ConnectAsync(server, interrupt);
            await socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, interrupt);
            return await PrintAsync(socket, parsed.InvocationConfiguration.Output, interrupt);
        }
        catch (WebSocketException e)
        {
            throw new CommandException($"{server.Host}:{server.Port}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static async Task<int> PrintAsync(ClientWebSocket socket, TextWriter output, CancellationToken interrupt)
    {
        var failed = false;
        while (true)
        {
            var text = await ReadAsync(socket, interrupt) ?? throw new CommandException("The server closed the connection before the command had ended.");
            await output.WriteLineAsync(Printable.From(text));
            await output.FlushAsync(interrupt);
            var message = JsonElement.Parse(text);
            if (message.TryGetProperty("error", out var error))
                return error.GetProperty("code").GetInt32() is RpcErrorCodes.MethodNotFound or RpcErrorCodes.InvalidParams ? ExitCode.Usage : ExitCode.Failure;
            // A request of its own on a socket of its own: every notification is about it.
            switch (message.TryGetProperty("params", out var parameters) && parameters.TryGetProperty("event", out var what) ? what.GetString() : null)
            {
                case "Error":
                    failed = true;
                    break;
                case "Ended":
                    return failed ? ExitCode.Failure : ExitCode.Success;
            }
        }
    }

    private static async Task<string?> ReadAsync(ClientWebSocket socket, CancellationToken interrupt)
    {
        var buffer = new byte[16_384];
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), interrupt);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            length += read.Count;
            if (read.EndOfMessage)
                return Encoding.UTF8.GetString(buffer, 0, length);
            if (length == buffer.Length && length < MaxMessage)
                Array.Resize(ref buffer, length * 2);
            else if (length == buffer.Length)
                throw new CommandException($"The server sent a message of more than {MaxMessage} bytes.");
        }
    }

    private static JsonObject Parameters(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is JsonObject parameters)
                return parameters;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw CommandException.Usage($"'{text}' is no JSON object; write '{{\"callid\": \"…\"}}' in single quotes.");
    }

    private static Uri Server(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("ws" or "wss"))
            throw CommandException.Usage($"--server: '{text}' is no address of a server; write ws://HOST:PORT/call-api.");
        return server.AbsolutePath == "/" ? new UriBuilder(server) { Path = "/call-api" }.Uri : server;
    }
}
