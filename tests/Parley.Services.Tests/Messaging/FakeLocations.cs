using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Messaging;

/// <summary>Bindings as a test sets them.</summary>
internal sealed class FakeLocations : ILocationService
{
    private readonly Dictionary<AddressOfRecord, List<Binding>> _bindings = [];
    private readonly List<ILocationWatcher> _watchers = [];

    public ServedDomains Domains { get; } = new("example.com", "10.0.0.1");

    public List<string> Failed { get; } = [];

    public void AddUser(string user) => _bindings[AddressOfRecord.Create(user, "example.com")] = [];

    public void Bind(string user, string contact, Func<Binding, Binding>? change = null)
    {
        var address = AddressOfRecord.Create(user, "example.com");
        var binding = new Binding { Id = contact, Contact = SipUri.Parse(contact), Expires = DateTimeOffset.MaxValue };
        _bindings[address].Add(change?.Invoke(binding) ?? binding);
        foreach (var watcher in _watchers)
            watcher.OnChanged(new LocationChange(address, isReachable: true, hasNew: true, () => []));
    }

    public void Unbind(string user) => AddUser(user);

    public ValueTask<IReadOnlyList<Binding>> FindAsync(AddressOfRecord address, CancellationToken cancel = default) =>
        new([.. _bindings.GetValueOrDefault(address, [])]);

    public ValueTask<LocationAnswer> ResolveAsync(SipUri uri, CancellationToken cancel = default)
    {
        if (!Domains.TryResolve(uri, out var address))
            return new(new LocationAnswer(LocationOutcome.NotServed, default, []));
        if (!_bindings.TryGetValue(address, out var bindings))
            return new(new LocationAnswer(LocationOutcome.Unknown, address, []));
        return new(new LocationAnswer(bindings.Count == 0 ? LocationOutcome.Offline : LocationOutcome.Found, address, [.. bindings]));
    }

    public ValueTask FlowFailedAsync(AddressOfRecord address, Binding binding)
    {
        Failed.Add(binding.Id);
        return default;
    }

    public ValueTask<int> RemoveAsync(AddressOfRecord address, string? bindingId = null) => new(0);

    public IDisposable Watch(ILocationWatcher watcher)
    {
        _watchers.Add(watcher);
        return new Watching();
    }

    private sealed class Watching : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
