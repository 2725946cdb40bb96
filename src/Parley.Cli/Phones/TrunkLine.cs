using Parley.Cli.Configuration;
using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Sip.Registrations;

namespace Parley.Cli.Phones;

/// <summary>A trunk as it is at this moment: whether it is there, how many calls it has.</summary>
internal sealed class TrunkLine : IAsyncDisposable
{
    private readonly UserAgent _agent;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly Registration? _registration;
    private readonly Task _watching;
    private volatile IReadOnlyList<NetEndpoint> _addresses = [];
    private volatile bool _isUp = true;
    private int _calls;
    private double _allowance;
    private long _allowanceAt;
    private long _total, _refused;

    public TrunkLine(TrunkSettings settings, UserAgent agent, TimeProvider time, Action<string> log)
    {
        (Settings, _agent, _time, _log) = (settings, agent, time, log);
        _allowance = settings.CallsPerSecond;
        _allowanceAt = time.GetTimestamp();
        if (settings.Register)
            _registration = agent.Register(new RegistrationOptions { Address = settings.Uri.WithUser(settings.User), Registrar = settings.Uri, Credentials = Credentials(settings), Expires = settings.Expires });
        _watching = WatchAsync();
    }

    public TrunkSettings Settings { get; }

    /// <summary>False after a question whether it is there went unanswered.</summary>
    public bool IsUp => _isUp;

    /// <summary>Calls through it now.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Calls there have been.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Calls that were one too many.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>True for calls that come from it.</summary>
    public bool IsSource(in NetEndpoint source)
    {
        foreach (var range in Settings.Sources)
        {
            if (range.Contains(source))
                return true;
        }

        // Where we are registered calls come from; other programs at the same address are not meant.
        return Settings.Register && _addresses.Contains(source);
    }

    /// <summary>The way to a number through it.</summary>
    /// <param name="number">As it goes out.</param>
    /// <param name="options">How it would be dialled without a trunk.</param>
    /// <param name="caller">Whose call it is.</param>
    public RingWay WayTo(string number, DialOptions options, PartyIdentity caller)
    {
        var from = Settings.From ?? new SipAddress(Settings.Uri.WithUser(caller.Account.User).WithoutParameter("transport"));
        var identity = Settings.AssertsIdentity ? (SipHeader[])[new("P-Asserted-Identity", $"<{caller.Account.ToUri()}>")] : [];
        options = options with
        {
            Caller = from.ToString(),
            UserName = Settings.User,
            Password = Settings.Password,
            Headers = [.. options.Headers, .. identity],
        };
        return new(Settings.Uri.WithUser(number).ToString(), options, new($"{number} via {Settings.Name}", default)) { Reserve = TryReserve };
    }

    /// <summary>A place for one call, given back by disposing it; null when there is none, or too many calls have just been made.</summary>
    public IDisposable? TryReserve()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _allowance = Math.Min(Settings.CallsPerSecond, _allowance + (_time.GetElapsedTime(_allowanceAt, now).TotalSeconds * Settings.CallsPerSecond));
            _allowanceAt = now;
            if (_calls >= Settings.MaxCalls || _allowance < 1)
            {
                _refused++;
                return null;
            }

            _allowance--;
            _calls++;
            _total++;
            return new Place(this);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching;
        if (_registration is not null)
            await _registration.DisposeAsync();
        _ending.Dispose();
    }

    private static DigestCredentials? Credentials(TrunkSettings settings) =>
        settings.Password is null ? null : new() { Username = settings.User!, Password = settings.Password };

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await LocateAsync();
                if (Settings.Ping == TimeSpan.Zero && !Settings.Register)
                    return;
                if (Settings.Ping > TimeSpan.Zero)
                    await PingAsync();
                await Task.Delay(Settings.Ping > TimeSpan.Zero ? Settings.Ping : TimeSpan.FromMinutes(1), _time, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task LocateAsync()
    {
        if (!Settings.Register)
            return;
        try
        {
            var targets = await _agent.Endpoint.Locator.LocateAsync(Settings.Uri, _ending.Token);
            _addresses = [.. targets.Select(target => target.Remote)];
        }
        catch (Sip.Locating.LocateException)
        {
            // It stays where it was; whether it is there is for the registration to say.
        }
    }

    private async Task PingAsync()
    {
        var response = await _agent.OptionsAsync(Settings.Uri.ToString(), _ending.Token);
        // Any answer of its own shows that it is there, a refusal too: only silence and failure do not.
        var isUp = response.Message is not null && !Ringing.IsUnreached(response.Status);
        if (isUp != _isUp)
            _log($"trunk {Settings.Name} is {(isUp ? "up again" : $"down: {response.Status} {response.Reason}")}");
        _isUp = isUp;
    }

    private sealed class Place(TrunkLine line) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
                Interlocked.Decrement(ref line._calls);
        }
    }
}
