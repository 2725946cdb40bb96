namespace Parley.Control;

/// <summary>
/// Who hears whom in a call whose audio passes here: the two parties are joined as long as nothing keeps them apart. Things that do (a hold, something played, somebody being looked for)
/// are counted, so that each may end by itself.
/// </summary>
internal sealed class CallAudio
{
    private readonly Lock _gate = new();
    private Call? _one;
    private Call? _other;
    private Bridge? _bridge;
    private int _reasons;
    private bool _closed;

    /// <summary>These two are to hear each other from here on. False when they cannot: one of them is over, or has no audio.</summary>
    public bool TryJoin(Call one, Call other)
    {
        lock (_gate)
        {
            Drop();
            (_one, _other) = (one, other);
            return _closed || _reasons > 0 || Connect();
        }
    }

    /// <summary>Keeps the parties apart until <see cref="Rejoin"/> has been called as often.</summary>
    public void Part()
    {
        lock (_gate)
        {
            _reasons++;
            Drop();
        }
    }

    /// <summary>A reason to be apart is gone.</summary>
    public void Rejoin()
    {
        lock (_gate)
        {
            if (--_reasons == 0 && !_closed)
                Connect();
        }
    }

    /// <summary>Nobody is to be joined any more, until <see cref="TryJoin"/>.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            Drop();
            (_one, _other) = (null, null);
        }
    }

    /// <summary>The call is over.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Drop();
        }
    }

    private bool Connect()
    {
        if (_one is null || _other is null)
            return true;
        try
        {
            _bridge = Bridge.Connect(_one, _other, new BridgeOptions { Transcode = true });
            return true;
        }
        catch (Exception e) when (e is CallEndedException or CallMediaException)
        {
            return false;
        }
    }

    // What there is to dispose of a bridge is done before it returns its task.
    private void Drop()
    {
        _ = _bridge?.DisposeAsync().AsTask();
        _bridge = null;
    }
}
