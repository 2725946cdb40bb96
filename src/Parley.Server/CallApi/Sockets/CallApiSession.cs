using System.Net.WebSockets;
using System.Text.Json;
using Parley.Contracts.Commands;
using Parley.Contracts.JsonRpc;
using Parley.Server.Access;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.Dialects;
using Parley.Server.CallApi.JsonRpc;
using Parley.Server.CallApi.Methods;
using Parley.Server.Hosting;

namespace Parley.Server.CallApi.Sockets;

/// <summary>
/// One socket: reads requests one after the other, answers each before the command it begins can tell anything, and passes on what commands tell. When it ends its subscriptions end;
/// every other command goes on without it.
/// </summary>
internal sealed class CallApiSession : ICommandListener, ISocketCommands
{
    // Requests are small; what nests deeper is no request.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32 };

    private readonly CallApiCore _core;
    private readonly WebSocket _socket;
    private readonly ApiPrincipal _principal;
    private readonly Dialect _dialect;
    private readonly Outbox _outbox;
    private readonly Lock _gate = new();
    private readonly HashSet<CommandRun> _running = [];
    private readonly List<CommandRun> _bound = [];

    public CallApiSession(CallApiCore core, WebSocket socket, ApiPrincipal principal, Dialect dialect)
    {
        (_core, _socket, _principal, _dialect) = (core, socket, principal, dialect);
        _outbox = new(socket, core.Limits, core.Counters.SocketDropped);
    }

    public IReadOnlyList<CommandRun> Subscriptions
    {
        get
        {
            lock (_gate)
                return [.. _bound];
        }
    }

    /// <summary>Serves the socket until its end.</summary>
    /// <param name="ending">Fires when the server ends.</param>
    public async Task RunAsync(CancellationToken ending)
    {
        var sending = _outbox.RunAsync();
        var close = (WebSocketCloseStatus.EndpointUnavailable, "The server ends.");
        try
        {
            using var reader = new MessageReader(_socket, _core.Limits.MaxMessage);
            while (await reader.ReadAsync(ending) is { } message)
                Take(message);
            close = reader.End;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Gone, dropped, or the server ends.
        }
        finally
        {
            Leave();
            _outbox.End();
            await sending;
            await SocketEnd.CloseAsync(_socket, close.Item1, close.Item2, _core.Limits.SendTimeout);
        }
    }

    /// <summary>A command tells something.</summary>
    public void Tell(CommandRun run, CommandMessage message)
    {
        if (message is CommandMessage.Ended)
        {
            lock (_gate)
            {
                _running.Remove(run);
                _bound.Remove(run);
            }
        }

        _outbox.Send(_dialect.Write(run, message));
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message, Reading);
        }
        catch (JsonException e)
        {
            var error = new RpcError(RpcErrorCodes.ParseError, $"No valid JSON in line {e.LineNumber + 1}, at byte {e.BytePositionInLine}.");
            Refuse(null, error);
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Array)
                TakeBatch(document.RootElement);
            else
                TakeOne(document.RootElement);
        }
    }

    private void TakeOne(JsonElement element)
    {
        var call = RpcCall.Read(element);
        var (answer, begin) = Answer(call);
        if (answer is not null)
            _outbox.Send(RpcWriter.Write(answer));
        begin?.Invoke();
    }

    // Responses go together, and before what the commands tell.
    private void TakeBatch(JsonElement batch)
    {
        var count = batch.GetArrayLength();
        if (count == 0 || count > _core.Limits.MaxBatch)
        {
            Refuse(null, new(RpcErrorCodes.InvalidRequest, count == 0 ? "A batch of nothing." : $"A batch may have {_core.Limits.MaxBatch} requests, not {count}."));
            return;
        }

        var answers = new List<Action<Utf8JsonWriter>>();
        var begins = new List<Action>();
        foreach (var element in batch.EnumerateArray())
        {
            var (answer, begin) = Answer(RpcCall.Read(element));
            if (answer is not null)
                answers.Add(answer);
            if (begin is not null)
                begins.Add(begin);
        }

        if (answers.Count > 0)
        {
            _outbox.Send(RpcWriter.Write(writer =>
            {
                writer.WriteStartArray();
                foreach (var answer in answers)
                    answer(writer);
                writer.WriteEndArray();
            }));
        }

        foreach (var begin in begins)
            begin();
    }

    /// <summary>What to answer, null for nothing, and what to begin once that is on its way.</summary>
    private (Action<Utf8JsonWriter>? Answer, Action? Begin) Answer(RpcCall call)
    {
        try
        {
            if (call.Error is { } error)
                throw new RequestException(error);
            var (result, begin) = Accept(call);
            return (call.Id is { } id ? writer => RpcWriter.WriteResult(writer, id, inner => _dialect.WriteResult(inner, result)) : null, begin);
        }
        catch (RequestException e)
        {
            _core.Counters.RequestRefused();
            // A notification gets no response, not even of an error; what is no request at all gets one (JSON-RPC 2.0 §4.1, §5).
            return (call.Id is null && call.Error is null ? null : writer => RpcWriter.WriteError(writer, call.Id, e.Error), null);
        }
    }

    private (CommandResult Result, Action Begin) Accept(RpcCall call)
    {
        var method = _core.Methods.Find(call.Method);
        if (!_principal.Allows(method.Name))
            throw RequestException.Of(RpcErrorCodes.NotAllowed, $"The key '{_principal.Name}' may not give the command {method.Name}.");
        var prepared = method.Prepare(call.Params, new(_principal, this), _dialect.IsStrict);
        var (run, isNew) = Enter(method, prepared);
        var result = new CommandResult { CmdId = run.Id };
        result = prepared.Answer?.Invoke(result) ?? result;
        return (result, () =>
        {
            run.Join(this);
            if (isNew)
                _core.Begin(run, prepared);
        });
    }

    private (CommandRun Run, bool IsNew) Enter(Method method, Prepared prepared)
    {
        lock (_gate)
        {
            if (_running.Count >= _core.Limits.MaxCommands)
                throw RequestException.Of(RpcErrorCodes.TooManyCommands, $"{_running.Count} commands are in flight on this socket; wait for one to end.");
            if (prepared.IsBoundToSocket && _bound.Count >= _core.Limits.MaxSubscriptions)
                throw RequestException.Of(RpcErrorCodes.TooManyCommands, $"There are {_bound.Count} subscriptions on this socket; end one.");
            if (prepared is { IsBoundToSocket: true, CmdId: { } id } && _bound.Any(one => one.Id == id))
                throw RequestException.Parameter("cmd_id", "is that of a subscription of this socket already.");
            var (run, isNew) = _core.Enter(method, prepared, _principal);
            if (!run.IsOver)
                _running.Add(run);
            if (prepared.IsBoundToSocket)
                _bound.Add(run);
            return (run, isNew);
        }
    }

    private void Refuse(JsonElement? id, RpcError error)
    {
        _core.Counters.RequestRefused();
        _outbox.Send(RpcWriter.Write(writer => RpcWriter.WriteError(writer, id, error)));
    }

    private void Leave()
    {
        List<CommandRun> running, bound;
        lock (_gate)
            (running, bound) = ([.. _running], [.. _bound]);
        foreach (var run in running)
            run.Leave(this);
        foreach (var run in bound)
            run.Cancel();
    }
}
