using System.Collections.Concurrent;
using Parley.Control;
using Parley.Server.Access;

namespace Parley.Server.CallApi.Methods;

/// <summary>Which key has started which call, where that decides what the key may do. For any thread.</summary>
internal sealed class OwnedCalls(ICalls calls)
{
    // Calls end while nobody looks; those that have are taken out whenever there are twice as many entries as after the last time.
    private const int LeastSweep = 256;

    private readonly ConcurrentDictionary<string, string> _owners = new();
    private int _sweepAt = LeastSweep;

    /// <summary>Remembers whose call it is.</summary>
    /// <param name="id">Call-ID of its caller's leg, before there is a call, or its stable id.</param>
    /// <param name="principal">Whose.</param>
    public void Add(string id, ApiPrincipal principal)
    {
        if (!ReferenceEquals(principal.Calls, CallScope.Own))
            return;
        _owners[id] = principal.Name;
        if (_owners.Count >= Volatile.Read(ref _sweepAt))
            Sweep();
    }

    /// <summary>Forgets it.</summary>
    public void Remove(string id) => _owners.TryRemove(id, out _);

    /// <summary>True when a key may see and touch a call.</summary>
    public bool Covers(ApiPrincipal principal, CallSnapshot call)
    {
        if (ReferenceEquals(principal.Calls, CallScope.All))
            return true;
        return principal.Calls.Covers(call.Callee is { } callee ? [call.Caller.Uri, callee.Uri] : [call.Caller.Uri], IsOwn(principal, call));
    }

    private bool IsOwn(ApiPrincipal principal, CallSnapshot call) =>
        (_owners.TryGetValue(call.Id, out var owner) || (call.Caller.CallId is { } id && _owners.TryGetValue(id, out owner))) && owner == principal.Name;

    private void Sweep()
    {
        foreach (var known in _owners.Keys.Where(known => calls.Find(known) is null))
            Remove(known);
        Volatile.Write(ref _sweepAt, Math.Max(LeastSweep, _owners.Count * 2));
    }
}
