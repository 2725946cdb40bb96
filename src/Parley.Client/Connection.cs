using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.JsonRpc;

namespace Parley.Client;

/// <summary>The socket, and the next one when it is lost. One task reads; whoever sends waits for its turn.</summary>
internal sealed class Connection(CallApiClientOptions options) : IAsyncDisposable
{
    // All calls of a large server in one answer.
    private const int MaxMessage = 64 << 20;

    private readonly ConcurrentDictionary<string, PendingCommand> _commands = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private ClientWebSocket? _socket;
    private Task _running = Task.CompletedTask;

    /// <summary>Connects for the first time.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        _socket = await OpenAsync(cancel).ConfigureAwait(false);
        _running = RunAsync();
    }

    /// <summary>Sends a request and waits for its response.</summary>
    public async Task<CommandResult> BeginAsync(PendingCommand command, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_ending.IsCancellationRequested, this);
        if (!_commands.TryAdd(command.Id, command))
            throw new ArgumentException($"A command with the id '{command.Id}' is under way.", nameof(command));
        await TrySendAsync(command, cancel).ConfigureAwait(false);
        return await command.Taken.WaitAsync(options.RequestTimeout, cancel).ConfigureAwait(false);
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(PendingCommand command) => _commands.TryRemove(command.Id, out _);

    /// <summary>Ends a subscription at the server, if there is one.</summary>
    public async Task ForgetAsync(PendingCommand subscription)
    {
        Forget(subscription);
        if (_ending.IsCancellationRequested || subscription.Ended.IsCompleted)
            return;
        var parameters = JsonSerializer.SerializeToElement(new UnsubscribeParameters { Subscription = subscription.Id }, ContractsJson.Default.UnsubscribeParameters);
        await TrySendAsync(new("", new() { Method = CommandNames.Unsubscribe, Params = parameters }, null), CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _socket?.Dispose();
        FailAll(new IOException("The client was closed."));
        _sending.Dispose();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await ReadAllAsync(_socket!).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or JsonException)
            {
                // Lost, or what came is no message of a call API: begun anew either way.
            }

            await LeaveAsync(_socket!).ConfigureAwait(false);
            if (_ending.IsCancellationRequested || !options.Reconnect || !await ReopenAsync().ConfigureAwait(false))
                break;
        }

        FailAll(new IOException($"The connection to {options.Server.Host} was lost."));
    }

    private async Task<bool> ReopenAsync()
    {
        var pause = options.ReconnectDelay;
        var lost = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(lost) < options.GiveUpAfter)
        {
            try
            {
                await Task.Delay(pause, _ending.Token).ConfigureAwait(false);
                _socket = await OpenAsync(_ending.Token).ConfigureAwait(false);
                foreach (var command in _commands.Values)
                {
                    command.Repeat();
                    await TrySendAsync(command, _ending.Token).ConfigureAwait(false);
                }

                return true;
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException)
            {
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.MaxReconnectDelay.Ticks));
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return false;
    }

    private async Task<ClientWebSocket> OpenAsync(CancellationToken cancel)
    {
        var socket = ServerSocket.Create(options.Key, options.ValidateCertificate);
        var server = options.Server.AbsolutePath == "/" ? new UriBuilder(options.Server) { Path = "/call-api" }.Uri : options.Server;
        try
        {
            await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // What cannot be sent now is sent when the connection is made anew.
    private async Task TrySendAsync(PendingCommand command, CancellationToken cancel)
    {
        var id = command.Id.Length == 0 ? (JsonElement?)null : JsonSerializer.SerializeToElement(command.Id, ClientJson.Default.String);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(command.Request with { Id = id }, ContractsJson.Default.RpcRequest);
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _socket!.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever reads notices, too.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAllAsync(ClientWebSocket socket)
    {
        var reader = new MessageReader(socket, MaxMessage);
        while (await reader.ReadAsync(_ending.Token).ConfigureAwait(false) is { Type: not WebSocketMessageType.Close } read)
        {
            if (JsonSerializer.Deserialize(read.Bytes.Span, ContractsJson.Default.RpcMessage) is { } message)
                Take(message);
        }
    }

    private void Take(RpcMessage message)
    {
        if (message is { Method: { } method, Params: { CmdId: { } id } notification })
        {
            if (_commands.TryGetValue(id, out var told))
                told.Told(method, notification);
            return;
        }

        if (message.Id is not { ValueKind: JsonValueKind.String } responded || !_commands.TryGetValue(responded.GetString()!, out var command))
            return;
        if (message.Error is { } error)
            command.Refused(error);
        else if (message.Result?.Deserialize(ContractsJson.Default.CommandResult) is { } result)
            command.TakenAs(result);
    }

    private static async Task LeaveAsync(ClientWebSocket socket)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // Gone.
            }
        }

        socket.Dispose();
    }

    private void FailAll(Exception why)
    {
        foreach (var command in _commands.Values)
            command.Fail(why);
        _commands.Clear();
    }
}
