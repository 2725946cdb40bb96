using Parley.Net;

namespace Parley.Sip.Dialogs;

/// <summary>
/// Tags of dialogs that ended lately, so that who wants to replace one is told that it came too late, and not that there was none (RFC 3891 §3). Our tags are
/// unpredictable, so a tag alone is proof enough.
/// </summary>
internal sealed class EndedDialogs(Lane lane)
{
    // 64·T1: a transfer that crosses the end of the call has arrived by then.
    private const long Remembered = 32_000;

    // A hundred and twenty ends a second; beyond that the oldest are forgotten sooner.
    private const int Kept = 4096;

    private readonly Queue<(UInt128 Tag, long Until)> _inOrder = new();
    private readonly HashSet<UInt128> _tags = [];

    public void Add(UInt128 tag)
    {
        Expire();
        if (_inOrder.Count == Kept)
            _tags.Remove(_inOrder.Dequeue().Tag);
        if (_tags.Add(tag))
            _inOrder.Enqueue((tag, lane.Now + Remembered));
    }

    /// <summary>True when a dialog with this tag of ours ended not long ago.</summary>
    public bool Has(UInt128 tag)
    {
        Expire();
        return _tags.Contains(tag);
    }

    private void Expire()
    {
        while (_inOrder.TryPeek(out var oldest) && oldest.Until <= lane.Now)
            _tags.Remove(_inOrder.Dequeue().Tag);
    }
}
