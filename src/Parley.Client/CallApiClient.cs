using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Contracts.JsonRpc;

namespace Parley.Client;

/// <summary>
/// A client of the call API over one connection, which is made anew when it is lost: commands under way are asked for again with the same id and go on where they were, subscriptions
/// are made again. For any thread.
/// </summary>
/// <example><code>
/// await using var api = await CallApiClient.ConnectAsync(new() { Key = "secret" });
/// var call = await api.CallStartAsync(new() { Caller = "sip:alice@10.0.0.10", Callee = "sip:bob@10.0.0.11" });
/// await api.CallEndAsync(new() { CallId = call.CallId! });
/// </code></example>
public sealed class CallApiClient : IAsyncDisposable
{
    private readonly CallApiClientOptions _options;
    private readonly Connection _connection;

    private CallApiClient(CallApiClientOptions options)
    {
        _options = options;
        _connection = new(options);
    }

    /// <summary>Connects.</summary>
    /// <param name="options">Where to, and how. Default: to this machine.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="System.Net.WebSockets.WebSocketException">There is no server, or it does not let us in.</exception>
    public static async Task<CallApiClient> ConnectAsync(CallApiClientOptions? options = null, CancellationToken cancel = default)
    {
        var client = new CallApiClient(options ?? new());
        try
        {
            await client._connection.StartAsync(cancel).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Rings the caller, then the callee, and connects them; done when they are, or when that has failed.</summary>
    /// <param name="parameters">Whom, and how.</param>
    /// <param name="onEvent">Told each event as it comes.</param>
    /// <param name="cancel">Stops waiting; the command goes on.</param>
    /// <exception cref="CallApiException">The server did not take the request.</exception>
    /// <exception cref="IOException">The connection was lost and could not be made anew.</exception>
    /// <exception cref="TimeoutException">No response in time: it may have begun or not; asked again with the same <see cref="CommandParameters.CmdId"/> it begins once.</exception>
    public Task<CallOutcome> CallStartAsync(CallStartParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallStart, parameters, ContractsJson.Default.CallStartParameters, onEvent, cancel);

    /// <summary>Connects a party with somebody new. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallBlindTransferAsync(CallBlindTransferParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallBlindTransfer, parameters, ContractsJson.Default.CallBlindTransferParameters, onEvent, cancel);

    /// <summary>Connects parties of two calls. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallAttendedTransferAsync(CallAttendedTransferParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallAttendedTransfer, parameters, ContractsJson.Default.CallAttendedTransferParameters, onEvent, cancel);

    /// <summary>Puts one party or both on hold. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallHoldAsync(CallHoldParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallHold, parameters, ContractsJson.Default.CallHoldParameters, onEvent, cancel);

    /// <summary>Takes parties off hold. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallUnHoldAsync(CallUnHoldParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallUnHold, parameters, ContractsJson.Default.CallUnHoldParameters, onEvent, cancel);

    /// <summary>Hangs up. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallEndAsync(CallEndParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallEnd, parameters, ContractsJson.Default.CallEndParameters, null, cancel);

    /// <summary>Plays to a call; done when all is played. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallPlayAsync(CallPlayParameters parameters, Action<CallNotification>? onEvent = null, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallPlay, parameters, ContractsJson.Default.CallPlayParameters, onEvent, cancel);

    /// <summary>Ends what is played. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallStopAsync(CallStopParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallStop, parameters, ContractsJson.Default.CallStopParameters, null, cancel);

    /// <summary>Begins or ends a recording. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallRecordAsync(CallRecordParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallRecord, parameters, ContractsJson.Default.CallRecordParameters, null, cancel);

    /// <summary>Presses keys; done when all are sent. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallDtmfAsync(CallDtmfParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallDtmf, parameters, ContractsJson.Default.CallDtmfParameters, null, cancel);

    /// <summary>Connects parties of two calls without asking their phones. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallBridgeAsync(CallBridgeParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallBridge, parameters, ContractsJson.Default.CallBridgeParameters, null, cancel);

    /// <summary>Refuses a call that has come in. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallRejectAsync(CallRejectParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallReject, parameters, ContractsJson.Default.CallRejectParameters, null, cancel);

    /// <summary>Answers a call that has come in. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallAnswerAsync(CallAnswerParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallAnswer, parameters, ContractsJson.Default.CallAnswerParameters, null, cancel);

    /// <summary>Sends a call that has come in elsewhere. Parameters and exceptions: see <see cref="CallStartAsync"/>.</summary>
    public Task<CallOutcome> CallRedirectAsync(CallRedirectParameters parameters, CancellationToken cancel = default) =>
        RunAsync(CommandNames.CallRedirect, parameters, ContractsJson.Default.CallRedirectParameters, null, cancel);

    /// <summary>The calls there are. Exceptions: see <see cref="CallStartAsync"/>.</summary>
    public async Task<IReadOnlyList<CallInfo>> CallListAsync(CancellationToken cancel = default)
    {
        var command = await AskAsync(CommandNames.CallList, new CallListParameters(), ContractsJson.Default.CallListParameters, cancel).ConfigureAwait(false);
        return command.Calls ?? [];
    }

    /// <summary>One call; null when nobody knows it. Exceptions: see <see cref="CallStartAsync"/>.</summary>
    public async Task<CallInfo?> CallGetAsync(string callId, CancellationToken cancel = default)
    {
        var command = await AskAsync(CommandNames.CallGet, new CallGetParameters { CallId = callId }, ContractsJson.Default.CallGetParameters, cancel).ConfigureAwait(false);
        return command.Call;
    }

    /// <summary>
    /// Events of calls from now on, until the loop is left. When the connection is lost and made anew, one event named <see cref="EventNames.EventsLost"/> comes first: what happened
    /// meanwhile is not known, and <see cref="CallListAsync"/> shows how things are.
    /// </summary>
    /// <param name="parameters">Which. Default: all.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<CallNotification> SubscribeAsync(SubscribeParameters? parameters = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var events = Channel.CreateBounded<CallNotification>(new BoundedChannelOptions(_options.MaxEvents) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        parameters ??= new();
        var command = Command(CommandNames.Subscribe, parameters with { CmdId = parameters.CmdId ?? NewId() }, ContractsJson.Default.SubscribeParameters, one => events.Writer.TryWrite(one));
        command.IsSubscription = true;
        try
        {
            await _connection.BeginAsync(command, cancel).ConfigureAwait(false);
            _ = command.Ended.ContinueWith(ended => events.Writer.TryComplete(ended.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await foreach (var happened in events.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                yield return happened;
        }
        finally
        {
            await _connection.ForgetAsync(command).ConfigureAwait(false);
        }
    }

    /// <summary>Any command by its name, for those this client has no method for.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="type">How they are written, from <see cref="ContractsJson"/>.</param>
    /// <param name="onEvent">Told each event as it comes.</param>
    /// <param name="cancel">Stops waiting; the command goes on.</param>
    /// <exception cref="CallApiException">The server did not take the request.</exception>
    /// <exception cref="IOException">The connection was lost and could not be made anew.</exception>
    public async Task<CallOutcome> RunAsync<T>(string method, T parameters, JsonTypeInfo<T> type, Action<CallNotification>? onEvent = null, CancellationToken cancel = default)
        where T : CommandParameters
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var command = Command(method, parameters, type, onEvent);
        try
        {
            await _connection.BeginAsync(command, cancel).ConfigureAwait(false);
            return await command.Ended.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _connection.Forget(command);
        }
    }

    /// <summary>Closes the connection; what is under way at the server goes on there.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<CommandResult> AskAsync<T>(string method, T parameters, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : CommandParameters
    {
        var command = Command(method, parameters, type, null);
        try
        {
            return await _connection.BeginAsync(command, cancel).ConfigureAwait(false);
        }
        finally
        {
            _connection.Forget(command);
        }
    }

    // Every command gets an id of ours: with it, asking again is safe.
    private static PendingCommand Command<T>(string method, T parameters, JsonTypeInfo<T> type, Action<CallNotification>? onEvent)
        where T : CommandParameters
    {
        var id = parameters.CmdId ?? NewId();
        var json = JsonSerializer.SerializeToElement(parameters with { CmdId = id }, type);
        return new(id, new RpcRequest { Method = method, Params = json }, onEvent);
    }

    private static string NewId() => Guid.NewGuid().ToString();
}
