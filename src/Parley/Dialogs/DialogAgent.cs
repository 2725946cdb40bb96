using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Transfers;
using Parley.Sip.Transport;

namespace Parley.Dialogs;

/// <summary>
/// The dialog API: for applications that work at SIP level. Creates dialogs as UAS, as UAC and as B2BUA, and takes requests outside dialogs. It needs no media:
/// the application brings its own session descriptions, or lets a B2BUA relay.
/// </summary>
/// <example>
/// <code>
/// await using var agent = await DialogAgent.StartAsync(new() { Listen = ["udp://0.0.0.0:5060"] });
/// await agent.ServeAsync(new() { OnInvite = async (invite, ct) => await agent.CreateUasAsync(invite, new() { Sdp = sdp }, ct) }, stop);
/// </code>
/// </example>
public sealed partial class DialogAgent : IAsyncDisposable
{
    private static readonly SipMethod[] Served =
    [
        SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Prack, SipMethod.Update, SipMethod.Refer,
        SipMethod.Subscribe, SipMethod.Notify, SipMethod.Message, SipMethod.Publish, SipMethod.Register,
    ];

    private readonly ConcurrentDictionary<string, SipDialog> _dialogs = new(StringComparer.Ordinal);
    private readonly bool _ownsPhone;
    private DialogRoutes? _routes;

    private DialogAgent(UserAgent phone, bool owns)
    {
        Phone = phone;
        _ownsPhone = owns;
        phone.Dialogs = this;
    }

    /// <summary>The user agent it works on: calls can be made and served there too.</summary>
    public UserAgent Phone { get; }

    /// <summary>The signalling below, for those who work at that level.</summary>
    public SipEndpoint Endpoint => Phone.Endpoint;

    /// <summary>What is listened on, with real ports.</summary>
    public IReadOnlyList<SipListener> Listeners => Phone.Listeners;

    /// <summary>The dialogs that are up.</summary>
    public ICollection<SipDialog> Dialogs => _dialogs.Values;

    internal ILogger Logger => Phone.Logger;

    /// <summary>
    /// Opens listeners and begins to serve. Of the options those apply that are not about audio; where <see cref="UserAgentOptions.Methods"/>,
    /// <see cref="UserAgentOptions.Extensions"/> and <see cref="UserAgentOptions.AcceptedBodies"/> are not given, every method, the extensions
    /// 100rel, timer, replaces, norefersub and tdialog, and every body are taken.
    /// </summary>
    /// <exception cref="ArgumentException">A listen address or certificate is missing or not readable.</exception>
    /// <exception cref="IOException">An address is in use or not this machine's.</exception>
    public static async Task<DialogAgent> StartAsync(UserAgentOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        var phone = await UserAgent.StartAsync(
            options with
            {
                Methods = options.Methods ?? Served,
                Extensions = options.Extensions ?? ["100rel", "timer", "replaces", "norefersub", "tdialog"],
                AcceptedBodies = options.AcceptedBodies ?? [],
            },
            cancel).ConfigureAwait(false);
        return new DialogAgent(phone, owns: true);
    }

    /// <summary>Works on a user agent that is running. What it serves and understands is what its options say.</summary>
    /// <exception cref="InvalidOperationException">The user agent has a dialog agent already.</exception>
    public static DialogAgent On(UserAgent phone)
    {
        ArgumentNullException.ThrowIfNull(phone);
        return phone.Dialogs is null
            ? new DialogAgent(phone, owns: false)
            : throw new InvalidOperationException("The user agent has a dialog agent already; use that one.");
    }

    /// <summary>Takes what others begin until <paramref name="stop"/> fires.</summary>
    /// <exception cref="InvalidOperationException">It is being served already.</exception>
    public async Task ServeAsync(DialogRoutes routes, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(routes);
        if (Interlocked.CompareExchange(ref _routes, routes, null) is not null)
            throw new InvalidOperationException("This agent is being served already; route inside the one set of handlers.");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped))
            await stopped.Task.ConfigureAwait(false);
        Volatile.Write(ref _routes, null);
    }

    /// <summary>The dialog of this <see cref="SipDialog.Id"/>; null when none is up.</summary>
    public SipDialog? Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _dialogs.GetValueOrDefault(id);
    }

    /// <summary>Sends a request outside any dialog and waits for its final response, answering challenges; any outcome is returned, none thrown.</summary>
    /// <exception cref="ArgumentException">A method that belongs to a call, or a header that is not the application's to write.</exception>
    public Task<SipResponse> RequestAsync(SipRequestOptions options, CancellationToken cancel = default) => Endpoint.RequestAsync(options, cancel);

    /// <summary>Sends a request outside any dialog; see <see cref="RequestAsync(SipRequestOptions, CancellationToken)"/>.</summary>
    /// <param name="method">OPTIONS, MESSAGE, PUBLISH, ….</param>
    /// <param name="target">Whom to.</param>
    /// <param name="body">Body. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <param name="cancel">Stops waiting; the request runs its course.</param>
    /// <exception cref="ArgumentException">No SIP URI, a method that belongs to a call, or a header that is not the application's to write.</exception>
    public Task<SipResponse> RequestAsync(
        SipMethod method, string target, SipBody body = default, IReadOnlyList<SipHeader>? headers = null, CancellationToken cancel = default) =>
        RequestAsync(new SipRequestOptions { Method = method, Target = TargetUri.Parse(target, nameof(target)), Body = body, Headers = headers ?? [] }, cancel);

    /// <summary>Refuses new calls with 503 and completes when the last call and request is over.</summary>
    public Task DrainAsync(CancellationToken cancel = default) => Phone.DrainAsync(cancel);

    /// <summary>Ends all dialogs; closes the listeners where it opened them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var dialog in _dialogs.Values)
            await dialog.DestroyAsync().ConfigureAwait(false);
        Volatile.Write(ref _routes, null);
        if (_ownsPhone)
            await Phone.DisposeAsync().ConfigureAwait(false);
        else
            Phone.Dialogs = null;
    }

    internal void Add(SipDialog dialog) => _dialogs[dialog.Id] = dialog;

    internal void Remove(SipDialog dialog) => _dialogs.TryRemove(dialog.Id, out _);

    /// <summary>A new call; on its lane. False when it is not for dialogs.</summary>
    internal bool TryTake(IncomingInvite invite, out IInviteSessionHandler? handler)
    {
        handler = null;
        if (Volatile.Read(ref _routes) is not { OnInvite: { } serve } routes || routes.Takes is { } takes && !takes(invite.Request))
            return false;
        var request = new InviteRequest(this, invite);
        handler = request;
        Run(serve, request, request.RefuseIfPending, 480, request.Cancelled);
        return true;
    }

    /// <summary>A request outside any dialog; on its lane. False when it is not for this agent.</summary>
    internal bool TryTake(IncomingRequest incoming)
    {
        if (Volatile.Read(ref _routes)?.OnRequest is not { } serve)
            return false;
        var request = new DialogRequest(incoming);
        Run(serve, request, (status, reason) => incoming.Lane.Run(
            static state =>
            {
                var (incoming, status, reason) = ((IncomingRequest, int, string?))state!;
                if (incoming.IsPending)
                    incoming.Respond(status, reason);
            },
            (incoming, status, reason)), 404, CancellationToken.None);
        return true;
    }

    /// <summary>A subscription; on its lane. False when it is not for this agent.</summary>
    internal bool TryTake(IncomingSubscription incoming)
    {
        if (Volatile.Read(ref _routes)?.OnSubscribe is not { } serve)
            return false;
        var request = new SubscribeRequest(this, incoming);
        Run(serve, request, request.RefuseIfPending, 404, CancellationToken.None);
        return true;
    }

    /// <summary>A REFER outside any dialog; on its lane. False when it is not for this agent.</summary>
    internal bool TryTake(IncomingRefer incoming)
    {
        if (Volatile.Read(ref _routes)?.OnRefer is not { } serve)
            return false;
        var request = new TransferRequest(incoming);
        Run(serve, request, (status, reason) => incoming.Lane.Run(
            static state =>
            {
                var (incoming, status, reason) = ((IncomingRefer, int, string?))state!;
                if (incoming.IsPending)
                    incoming.Reject(status, reason);
            },
            (incoming, status, reason)), 603, CancellationToken.None);
        return true;
    }

    private void Run<T>(Func<T, CancellationToken, Task> serve, T request, Action<int, string?> refuse, int otherwise, CancellationToken over) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Agent.RunAsync(state.Serve, state.Request, state.Refuse, state.Otherwise, state.Over),
            (Agent: this, Serve: serve, Request: request, Refuse: refuse, Otherwise: otherwise, Over: over),
            preferLocal: false);

    private async Task RunAsync<T>(Func<T, CancellationToken, Task> serve, T request, Action<int, string?> refuse, int otherwise, CancellationToken over)
    {
        try
        {
            await serve(request, over).ConfigureAwait(false);
            refuse(otherwise, null);
        }
        catch (DialogException e)
        {
            // What the application tried had an outcome of its own, e.g. the called side's refusal: that is the answer.
            refuse(e.Status is >= 400 and < 700 ? e.Status : otherwise, null);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The caller gave up: the handler was told by its token, as it should be.
        }
        catch (Exception e) // the boundary to the application's code: its fault ends this request and nothing else
        {
            Log.DialogCallbackFailed(Logger, e);
            refuse(500, null);
        }
    }
}
