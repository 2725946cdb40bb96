using System.Runtime.InteropServices;
using Parley.Net;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// A request on its way to one target: copied and sent (RFC 3261 §16.6), timed, cancelled, and its one outcome kept until the best of all is chosen. Is the
/// timer of its own waits.
/// </summary>
internal sealed partial class ProxyBranch : LaneTimer, IClientTransactionUser
{
    private const long Never = long.MaxValue;

    private readonly ProxyLane _home;
    private readonly BranchHeaders _headers;
    private ProxyRequest _request = null!; // set by Start; null once recycled
    private ClientTransaction? _transaction;
    private int _life; // requests the object has served, so that the end of a lookup for an earlier one is recognised
    private bool _isLocating;
    private bool _isProvisional;
    private long _silenceAt = Never;
    private long _finalAt = Never;
    private long _timerC = Never;

    public ProxyBranch(ProxyLane home)
    {
        _home = home;
        _headers = new(home);
    }

    public ProxyTarget? Target { get; private set; }

    /// <summary>Its share of the breadth (RFC 5393 §5).</summary>
    public int Breadth { get; private set; }

    /// <summary>The outcome; 0 while there is none, and for one that does not count.</summary>
    public int FinalStatus { get; private set; }

    /// <summary>The final response; null when there is none, or it has been passed on already.</summary>
    public SipMessage? Final { get; private set; }

    /// <summary>True once there is an outcome, even one that does not count.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>True when nothing can come any more.</summary>
    public bool IsOver => IsFinal && _transaction is null;

    /// <summary>Sends the request.</summary>
    /// <returns>0, or the status that stands for why it could not be sent.</returns>
    public int Start(ProxyRequest request, ProxyTarget? target, int breadth)
    {
        _request = request;
        Target = target;
        Breadth = breadth;
        if (target is { Flow: { } own } && target.RouteValue.Length == 0)
            return own.Channel.IsOpen ? Send(own) : 430;
        if (request.Plan.Flow is { Remote.HasValue: true } named && target is null)
            return _home.Transport.TryGetFlow(named, out var flow) ? Send(flow) : 430; // RFC 5626 §5.3.1
        if (!SipUriView.TryParse(NextHop(), out var uri))
            return 400;
        return SipLocator.TryLocate(uri, out var place) ? Send(place) : Locate(SipUri.FromView(uri));
    }

    /// <summary>Gives the target up: a CANCEL for an INVITE that is out (RFC 3261 §16.10), the end of what is not.</summary>
    public void Cancel(SipHeader? reason)
    {
        if (_isLocating)
        {
            _isLocating = false;
            _life++;
            _request.OnAbandoned(this);
        }
        else if (!IsFinal)
        {
            _transaction?.Cancel(reason);
        }
    }

    /// <summary>Notes the outcome.</summary>
    /// <param name="status">Its status; 0 when it does not count.</param>
    /// <param name="response">The response to keep; null for none.</param>
    /// <returns>False when there was one.</returns>
    public bool TakeFinal(int status, SipMessage? response)
    {
        if (IsFinal)
            return false;
        IsFinal = true;
        FinalStatus = status;
        Final = response?.AddRef();
        StopTimer();
        return true;
    }

    public void Recycle()
    {
        Final?.Release();
        Final = null;
        Target = null;
        _request = null!;
        _headers.Clear();
        _life++;
        FinalStatus = 0;
        IsFinal = false;
        _isLocating = false;
        _isProvisional = false;
        _home.Return(this);
    }

    void IClientTransactionUser.OnResponse(ClientTransaction transaction, SipMessage response, in SipFlow flow)
    {
        if (transaction != _transaction)
            return;
        _isProvisional = true;
        if (response.StatusCode < 200)
        {
            OnNews(response.StatusCode);
            _request.OnProvisional(this, response);
        }
        else if (response.StatusCode < 300)
        {
            _request.OnSuccess(this, response);
        }
        else
        {
            _request.OnRefusal(this, response);
        }
    }

    void IClientTransactionUser.OnFailed(ClientTransaction transaction, TransactionFailure why)
    {
        if (transaction != _transaction)
            return;
        _request.OnFailure(this, why switch
        {
            TransactionFailure.Timeout => 408,
            TransactionFailure.Cancelled => 487,
            TransactionFailure.Transport when IsByFlow => 430, // RFC 5626 §5.3.1: the connection went with the request on it
            _ => 503, // RFC 3261 §16.9
        });
    }

    // Sent over a flow that somebody keeps open, and not to where anything was located.
    private bool IsByFlow => Target is { Flow: not null } target ? target.RouteValue.Length == 0 : Target is null && _request.Plan.Flow is { Remote.HasValue: true };

    void IClientTransactionUser.OnEnded(ClientTransaction transaction)
    {
        if (transaction != _transaction)
            return;
        _transaction = null;
        // Abandoned while it was being accepted: the outcome has been told, or the layer is stopping.
        TakeFinal(0, null);
        _request.OnBranchOver();
    }

    private ReadOnlySpan<byte> NextHop()
    {
        if (Target is { FirstRoute.Length: > 0 })
            return Target.FirstRoute;
        var route = _request.Plan.FirstRoute(_request.Message);
        if (!route.IsEmpty)
            return route;
        return Target is null ? _request.RequestUri : Target.RequestUri;
    }

    private int Locate(SipUri uri)
    {
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return 404; // a number nobody has given an address for
        _isLocating = true;
        _ = LocateAsync(uri, _life);
        return 0;
    }

    private async Task LocateAsync(SipUri uri, int life)
    {
        IReadOnlyList<SipTarget> found = [];
        try
        {
            found = await _home.Layers.Locator.LocateAsync(uri).ConfigureAwait(false);
        }
        catch (LocateException)
        {
            // An empty list says it.
        }

        _home.Lane.Post(static state =>
        {
            var (self, found, life) = ((ProxyBranch, IReadOnlyList<SipTarget>, int))state!;
            self.OnLocated(found, life);
        }, (this, found, life));
    }

    private void OnLocated(IReadOnlyList<SipTarget> found, int life)
    {
        if (life != _life || !_isLocating)
            return;
        _isLocating = false;
        if (found.Count == 0)
            _request.OnFailure(this, 503);
        else
            SendTo(found);
    }

    private int Send(in SipTarget place)
    {
        var message = Copy();
        // Straight over a flow where nothing has to be opened and nothing is too large for it; else the transaction sees to it.
        var fits = place.Transport != SipTransport.Udp || message.Bytes.Length + BranchHeaders.MostBytes <= _home.SwitchToTcpAbove;
        if (fits && _home.Transport.TryGetFlow(place, out var flow))
            Begin(_home.Layers.Transactions.Send(_home.Lane, message, flow, this));
        else
            Begin(_home.Layers.Transactions.Send(_home.Lane, message, [place], this));
        return 0;
    }

    private int Send(in SipFlow flow)
    {
        Begin(_home.Layers.Transactions.Send(_home.Lane, Copy(), flow, this));
        return 0;
    }

    private void SendTo(IReadOnlyList<SipTarget> places) => Begin(_home.Layers.Transactions.Send(_home.Lane, Copy(), places, this));

    private void Begin(ClientTransaction transaction)
    {
        _transaction = transaction;
        var now = _home.Lane.Now;
        _silenceAt = Target?.ProvisionalTimeout is { } silence ? now + (long)silence.TotalMilliseconds : Never;
        _finalAt = Target?.FinalTimeout is { } final ? now + (long)final.TotalMilliseconds : Never;
        _timerC = _request.Method == SipMethod.Invite ? now + _home.TimerC : Never;
        Arm();
    }

    private OutgoingRequest Copy()
    {
        var message = _request.Message;
        ref readonly var plan = ref _request.Plan;
        message.TryGetMaxForwards(out var hops);
        var uri = Target is null ? plan.RequestUri(message) : Target.RequestUri;
        // RFC 3261 §16.6 item 6: a strict router finds itself in the request-URI, and the real one behind the route.
        var strict = Target is { RouteValue.Length: > 0 } ? default : plan.FirstRoute(message);
        var isStrict = !strict.IsEmpty && !(SipUriView.TryParse(strict, out var first) && first.TryGetParameter("lr"u8, out _));
        var writer = new SipWriter(_home.Transport.Pool);
        writer.Forward(message, new RequestEdits
        {
            Source = _request.Flow.Remote,
            RequestUri = isStrict ? strict : uri,
            MaxForwards = message.Has(HeaderId.MaxForwards) ? hops - 1 : 70,
            MaxBreadth = Breadth,
            RoutesRemoved = plan.Removed + (isStrict ? 1 : 0),
            LastRouteRemoved = plan.IsStrict,
            RoutesBefore = Target is null ? default : Target.RouteValue,
            RouteAfter = isStrict ? uri : default,
            Removed = CollectionsMarshal.AsSpan(_request.Removed),
            Added = _request.Added,
        });
        _headers.Prepare(_request, Target);
        return new(writer.Finish(), _request.Method) { FlowHeaders = _headers.IsNeeded ? _headers : null, LoopMark = _request.LoopMark };
    }
}
