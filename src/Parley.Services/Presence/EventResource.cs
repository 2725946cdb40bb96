using Parley.Net;

namespace Parley.Services.Presence;

/// <summary>The subscribers of one state, lane by lane: each lane's are touched on that lane only. May be used from any thread.</summary>
internal sealed class EventResource
{
    private readonly Lock _gate = new();
    private readonly List<Group> _groups = [];
    private int _count;
    private bool _isClosed;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds one, on its lane; false when this is closed.</summary>
    public bool TryAdd(Watcher watcher)
    {
        Group? group;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            group = _groups.Find(known => known.Lane == watcher.Lane);
            if (group is null)
                _groups.Add(group = new Group(watcher.Lane));
            _count++;
        }

        group.Watchers.Add(watcher);
        return true;
    }

    /// <summary>Takes one out, on its lane.</summary>
    public void Remove(Watcher watcher)
    {
        Group? group;
        lock (_gate)
        {
            group = _groups.Find(known => known.Lane == watcher.Lane);
            _count--;
        }

        group?.Watchers.Remove(watcher);
    }

    /// <summary>Closes it when nobody is left; nobody can be added then.</summary>
    public bool TryClose()
    {
        lock (_gate)
            return _isClosed |= _count == 0;
    }

    /// <summary>Tells every subscriber; changes that come faster than a lane turns are told together.</summary>
    public void NotifyAll()
    {
        foreach (var group in Groups())
        {
            if (Interlocked.Exchange(ref group.IsPosted, true))
                continue;
            group.Lane.Post(static state =>
            {
                var group = (Group)state!;
                group.IsPosted = false;
                foreach (var watcher in group.Watchers)
                    watcher.Subscription.Notify();
            }, group);
        }
    }

    /// <summary>Does something with each, on its lane; it may end what it is given.</summary>
    public void ForEach(Action<Watcher> action)
    {
        foreach (var group in Groups())
        {
            group.Lane.Post(static state =>
            {
                var (group, action) = ((Group, Action<Watcher>))state!;
                foreach (var watcher in group.Watchers.ToArray())
                    action(watcher);
            }, (group, action));
        }
    }

    private Group[] Groups()
    {
        lock (_gate)
            return [.. _groups];
    }

    private sealed class Group(Lane lane)
    {
        public bool IsPosted;

        public Lane Lane { get; } = lane;

        public HashSet<Watcher> Watchers { get; } = [];
    }
}
