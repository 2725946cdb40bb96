namespace Parley.Sip.Transactions;

/// <summary>
/// Tells too much to do from a pause. A machine that stood still for a moment, or a program whose code is still being compiled, has a heap of late requests too, which is gone in
/// an instant: who refuses those refuses calls for nothing. What is refused is what stays late, as in RFC 8289 §3.1, in the times and numbers of a server of calls. One lane's state.
/// </summary>
internal sealed class Lateness
{
    /// <summary>Milliseconds for which every request has to be late before one is refused.</summary>
    public const long Patience = 1_000;

    /// <summary>And so many of them: fewer calls are carried late more easily than they are made again.</summary>
    public const int Requests = 20;

    /// <summary>Milliseconds after a refusal in which the next late request is refused at once: the load that was too much is likely to be there still (RFC 8289 §4.3).</summary>
    public const long Memory = 10_000;

    private long _since;
    private long _strainedUntil = long.MinValue;
    private int _late;

    /// <summary>Notes a request that begins something new; true when it is to be refused.</summary>
    /// <param name="isLate">Whether it has waited, or would wait, for too long.</param>
    /// <param name="now">Milliseconds of the lane's clock.</param>
    public bool Refuses(bool isLate, long now)
    {
        if (!isLate)
        {
            _late = 0;
            return false;
        }

        if (_late == 0)
            _since = now;
        _late = Math.Min(_late + 1, Requests + 1);
        if (now >= _strainedUntil && (_late <= Requests || now - _since < Patience))
            return false;
        _strainedUntil = now + Memory;
        return true;
    }
}
