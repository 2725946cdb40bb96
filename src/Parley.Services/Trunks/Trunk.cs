using Parley.Net;
using Parley.Services.Admission;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;

namespace Parley.Services.Trunks;

/// <summary>A trunk at work: asked whether it is there, kept registered, counted. May be used from any thread.</summary>
public sealed class Trunk : IAsyncDisposable
{
    private readonly SipEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<NetworkRange> _networks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Registration? _registration;
    private Task _asking = Task.CompletedTask;
    private TrunkState _state;
    private int _failures;
    private int _calls;
    private double _credit;
    private long _creditAt;

    internal Trunk(SipEndpoint endpoint, TrunkOptions options, TimeProvider time)
    {
        Options = options;
        _endpoint = endpoint;
        _time = time;
        _networks = options.Networks();
        _credit = options.MaxCallsPerSecond;
        _creditAt = time.GetTimestamp();
        _state = options.PingEvery > TimeSpan.Zero ? TrunkState.Unknown : TrunkState.Up;
        if (options.Register is { } address)
        {
            _registration = endpoint.Register(new()
            {
                Address = address,
                Registrar = options.Target.WithUser(null),
                Credentials = options.Credentials,
                Expires = options.RegisterExpires,
                Proxy = options.Proxy,
            });
        }
    }

    /// <summary>What it is.</summary>
    public TrunkOptions Options { get; }

    /// <summary>How its registration stands; null when nothing is registered.</summary>
    public RegistrationStatus? Registration => _registration?.Status;

    /// <summary>The trunk at this moment.</summary>
    public TrunkSnapshot Snapshot
    {
        get
        {
            lock (_gate)
            {
                Refill();
                return new(Options, _state, _calls, _credit);
            }
        }
    }

    /// <summary>True when a call from this address is this trunk's.</summary>
    public bool Calls(in NetEndpoint source)
    {
        foreach (var network in _networks)
        {
            if (network.Contains(source))
                return true;
        }

        return false;
    }

    /// <summary>Takes a line for a call, if there is one.</summary>
    /// <param name="line">The line, to be disposed when the call is over; null when there is none.</param>
    /// <returns>False when a limit is reached.</returns>
    public bool TryTakeLine(out IDisposable? line)
    {
        line = null;
        lock (_gate)
        {
            Refill();
            if (!new TrunkSnapshot(Options, _state, _calls, _credit).HasRoom)
                return false;
            _calls++;
            if (Options.MaxCallsPerSecond > 0)
                _credit--;
        }

        line = new Line(this);
        return true;
    }

    /// <summary>Stops asking and takes the registration back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        if (_registration is not null)
            await _registration.DisposeAsync().ConfigureAwait(false);
    }

    internal void Start()
    {
        if (Options.PingEvery > TimeSpan.Zero)
            _asking = AskAsync();
    }

    private async Task AskAsync()
    {
        try
        {
            while (true)
            {
                var answered = await IsThereAsync().ConfigureAwait(false);
                lock (_gate)
                    _state = TrunkChoice.Next(_state, answered, ref _failures, Options.PingFailures);
                await Task.Delay(Options.PingEvery, _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It was disposed, or its endpoint was.
        }
    }

    // Any answer shows that somebody is there; 503 says himself that he is not able to. 408 is of our own making.
    private async Task<bool> IsThereAsync()
    {
        try
        {
            var options = new SipRequestOptions { Method = SipMethod.Options, Target = Options.Target.WithUser(null), Proxy = Options.Proxy, Credentials = Options.Credentials };
            var response = await _endpoint.RequestAsync(options, _stop.Token).WaitAsync(Options.PingTimeout, _time, _stop.Token).ConfigureAwait(false);
            return response is { Message: not null, Status: not 503 };
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Refill()
    {
        var now = _time.GetTimestamp();
        _credit = TrunkChoice.Refill(_credit, Options.MaxCallsPerSecond, _time.GetElapsedTime(_creditAt, now));
        _creditAt = now;
    }

    private sealed class Line(Trunk trunk) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
                return;
            lock (trunk._gate)
                trunk._calls--;
        }
    }
}
