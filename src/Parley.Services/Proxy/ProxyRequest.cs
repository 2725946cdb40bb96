using Parley.Net;
using Parley.Services.Accounts;
using Parley.Sip.Messages;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// One request on its way through the proxy, from its arrival until nothing of it can come any more: the response context of RFC 3261 §16.2. Lives on its
/// lane. What steps do to it counts until they have given their verdict.
/// </summary>
/// <remarks>Objects are used again: after <see cref="IProxyObserver.OnDone"/> nothing here may be touched any more.</remarks>
public sealed partial class ProxyRequest : IServerTransactionUser
{
    private readonly ProxyLane _home;
    private readonly List<ProxyTarget> _targets = [];
    private readonly List<ProxyBranch> _branches = [];
    private readonly List<SipHeader> _added = [];
    private readonly List<HeaderId> _removed = [];
    private SipProxy _proxy = null!; // set by Begin, before anybody sees the object
    private ServerTransaction? _server;
    private SipMessage? _message;
    private IProxyObserver? _observer;
    private RoutePlan _plan;
    private ForkMode _forking;
    private int _step;
    private bool _recordRoute;
    private bool _isDeferred; // a step did not decide at once
    private bool _isWaiting; // one is at it now

    internal ProxyRequest(ProxyLane home) => _home = home;

    /// <summary>The request as it came; lent until a final response has been sent.</summary>
    /// <exception cref="InvalidOperationException">A final response has been sent.</exception>
    public SipMessage Message => _message ?? throw new InvalidOperationException("The request is gone: it has been answered.");

    /// <summary>Its method.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>What it came over.</summary>
    public SipFlow Flow { get; private set; }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _home.Lane;

    /// <summary>The proxy it goes through.</summary>
    public SipProxy Proxy => _proxy;

    /// <summary>
    /// True when its Route says, with our signature, that it belongs to a dialog that was set up through here, or follows a Path of ours: its sender has
    /// passed the steps before.
    /// </summary>
    public bool IsWithinDialog => _plan.IsSigned;

    /// <summary>True when Route values of others are left, and so decide where it goes next.</summary>
    public bool HasRoute => _plan.HasMore;

    /// <summary>The request-URI; where a strict router before us has moved it, the real one (RFC 3261 §16.4).</summary>
    public ReadOnlySpan<byte> RequestUri => _plan.RequestUri(Message);

    /// <summary>Who sends it; null while no step has found out, and for a trusted source.</summary>
    public Account? Account { get; private set; }

    /// <summary>True once a step has let its sender in: by an account, or because the source is trusted.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>The targets added so far.</summary>
    public IReadOnlyList<ProxyTarget> Targets => _targets;

    /// <summary>True until a final response has been sent or the sender has given up.</summary>
    public bool IsPending => _server is { IsAnswered: false } && !_isAnswered;

    /// <summary>Adds a target to try (RFC 3261 §16.5). Also while others are being tried, for the next ones.</summary>
    /// <returns>False when it is there already, or when there are <see cref="ProxyLimits.MaxTargets"/>.</returns>
    public bool AddTarget(ProxyTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (_targets.Count >= _home.Options.Limits.MaxTargets)
            return false;
        foreach (var known in _targets)
        {
            if (ReferenceEquals(known, target) || (known.Flow == target.Flow && known.Uri.Equals(target.Uri)))
                return false;
        }

        _targets.Add(target);
        return true;
    }

    /// <summary>Notes that its sender may have what he asks for.</summary>
    /// <param name="account">Who he is; null for a trusted source.</param>
    public void Admit(Account? account)
    {
        Account = account;
        IsAdmitted = true;
    }

    /// <summary>Adds a header to what is forwarded, to every target.</summary>
    public void AddHeader(SipHeader header) => _added.Add(header);

    /// <summary>Leaves a header field out of what is forwarded, such as credentials that were meant for us (RFC 3261 §22.3).</summary>
    /// <exception cref="ArgumentException">A field requests cannot do without, or that the proxy writes itself.</exception>
    public void RemoveHeader(HeaderId id)
    {
        if (id is HeaderId.Unknown or HeaderId.Via or HeaderId.From or HeaderId.To or HeaderId.CallId or HeaderId.CSeq or HeaderId.MaxForwards
            or HeaderId.Route or HeaderId.ContentLength or HeaderId.MaxBreadth)
        {
            throw new ArgumentException($"{id} cannot be left out of a request.", nameof(id));
        }

        _removed.Add(id);
    }

    /// <summary>Decides in which order the targets are tried. Default: as the proxy's options say.</summary>
    public void Fork(ForkMode mode) => _forking = mode;

    /// <summary>Decides whether to stay on the path of the dialog this request may begin. Default: as the proxy's options say.</summary>
    public void RecordRoute(bool stay) => _recordRoute = stay;

    /// <summary>Tells somebody what becomes of it. One at a time; the last one given is told.</summary>
    public void Observe(IProxyObserver observer) => _observer = observer;

    /// <summary>Answers it here. Does nothing once it has been answered.</summary>
    /// <param name="status">100 to 699.</param>
    /// <param name="reason">Reason phrase. Default: the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is not 100 to 699.</exception>
    /// <exception cref="ArgumentException"><paramref name="reason"/> has a control character in it.</exception>
    public void Respond(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        if (reason is not null && reason.Any(char.IsControl))
            throw new ArgumentException("A reason phrase cannot have a control character in it.", nameof(reason));
        if (!IsPending)
            return;
        var server = _server!;
        if (headers is null or { Count: 0 })
        {
            Answered(status);
            server.Respond(status, reason);
        }
        else
        {
            var response = LocalResponse.Build(_home.Transport.Pool, server, status, reason, headers);
            Answered(status);
            server.Respond(response, status);
        }
    }

    /// <summary>Runs the end of a step that had to wait, on the lane; when the request was given up meanwhile, the verdict no longer matters.</summary>
    internal Task<ProxyVerdict> OnLaneAsync(Func<ProxyVerdict> end)
    {
        var verdict = new TaskCompletionSource<ProxyVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        Lane.Post(_ =>
        {
            try
            {
                verdict.SetResult(IsPending ? end() : ProxyVerdict.Answered);
            }
            catch (Exception e) // handed on to the step's task, where the chain looks for it
            {
                verdict.SetException(e);
            }
        }, null);
        return verdict.Task;
    }

    internal ISipTransport Transport => _home.Transport;

    internal bool Begin(SipProxy proxy, ServerTransaction server, SipMessage request)
    {
        _proxy = proxy;
        _server = server;
        _message = request.AddRef();
        server.User = this;
        Method = request.Method;
        Flow = server.Flow;
        _forking = _home.Options.Forking;
        _recordRoute = _home.Options.RecordRoute;
        _plan = RoutePlan.Of(request, server.Flow, _home.Own, _home.Options.Key);
        if (RunSteps())
            return true;
        server.User = null;
        _server = null;
        Recycle();
        return false;
    }

    // False leaves the request to the user agent.
    private bool RunSteps()
    {
        while (_step < _home.Steps.Length)
        {
            ProxyVerdict verdict;
            try
            {
                var pending = _home.Steps[_step++].InvokeAsync(this);
                if (!pending.IsCompleted)
                {
                    _isDeferred = true;
                    _isWaiting = true;
                    _ = ContinueAsync(pending);
                    return true;
                }

                verdict = pending.Result;
            }
            catch (Exception e) // the application's code: the sender gets an answer, and the lane goes on
            {
                _home.OnFault(e);
                verdict = ProxyVerdict.Refuse(500);
            }

            if (verdict.Action != ProxyAction.Next)
                return Obey(verdict);
        }

        return Obey(_targets.Count > 0 ? ProxyVerdict.Forward : ProxyVerdict.Leave);
    }

    private bool Obey(in ProxyVerdict verdict)
    {
        switch (verdict.Action)
        {
            case ProxyAction.Forward:
                if (IsPending)
                    StartForwarding();
                return true;
            case ProxyAction.Refuse:
                _home.Counts.Refused++;
                Respond(verdict.Status, verdict.Reason, verdict.Headers);
                return true;
            case ProxyAction.Leave when _isDeferred:
                Respond(404);
                return true;
            default:
                return verdict.Action == ProxyAction.Answered;
        }
    }

    private async Task ContinueAsync(ValueTask<ProxyVerdict> pending)
    {
        ProxyVerdict verdict;
        try
        {
            verdict = await pending.ConfigureAwait(false);
        }
        catch (Exception e) // the application's code: the sender gets an answer, and the lane goes on
        {
            _home.Lane.Post(static state =>
            {
                var (home, fault) = ((ProxyLane, Exception))state!;
                home.OnFault(fault);
            }, (_home, e));
            verdict = ProxyVerdict.Refuse(500);
        }

        _home.Lane.Post(static state =>
        {
            var (self, verdict) = ((ProxyRequest, ProxyVerdict))state!;
            self.Continue(verdict);
        }, (this, verdict));
    }

    private void Continue(in ProxyVerdict verdict)
    {
        _isWaiting = false;
        if (!IsPending)
            Settle(); // cancelled, or given up, meanwhile
        else if (verdict.Action == ProxyAction.Next)
            RunSteps();
        else
            Obey(verdict);
    }
}
