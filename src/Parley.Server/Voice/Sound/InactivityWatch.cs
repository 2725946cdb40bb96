namespace Parley.Server.Voice.Sound;

/// <summary>Notices that nothing has come from the other side for a while. Its owner's mailbox runs everything here.</summary>
internal sealed class InactivityWatch : IDisposable
{
    // How often the arrival of audio is looked at: the time allowed is in seconds.
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(1);

    // What one look may find to have passed in silence. Where more has, this process was kept waiting, and what came meanwhile has not been taken yet.
    private static readonly TimeSpan Longest = Check * 1.5;

    private readonly TimeProvider _time;
    private readonly TimeSpan _allowed;
    private readonly Func<long> _received;
    private readonly Func<bool> _expects;
    private readonly Action _expired;
    private readonly ITimer _timer;
    private long _last = -1;
    private DateTimeOffset _looked;
    private TimeSpan _quiet;
    private bool _isOver;

    /// <param name="time">The clock.</param>
    /// <param name="allowed">How long nothing may come.</param>
    /// <param name="received">Grows while something comes.</param>
    /// <param name="expects">Whether something should come now: the call is answered, and nobody is on hold.</param>
    /// <param name="post">Puts an action into the owner's mailbox.</param>
    /// <param name="expired">Called once, in the mailbox.</param>
    public InactivityWatch(TimeProvider time, TimeSpan allowed, Func<long> received, Func<bool> expects, Func<Action, bool> post, Action expired)
    {
        (_time, _allowed, _received, _expects, _expired) = (time, allowed, received, expects, expired);
        _looked = time.GetUtcNow();
        _timer = time.CreateTimer(_ => post(Look), null, Check, Check);
    }

    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    private void Look()
    {
        if (_isOver)
            return;
        var (received, now) = (_received(), _time.GetUtcNow());
        var passed = now - _looked;
        _looked = now;
        _quiet = received != _last || !_expects() ? TimeSpan.Zero : _quiet + (passed < Longest ? passed : Longest);
        _last = received;
        if (_quiet < _allowed)
            return;
        Dispose();
        _expired();
    }
}
