using System.Collections.Concurrent;
using Parley.Services.Locations;

namespace Parley.Cli.Phones;

/// <summary>Counts the calls each account has made and not ended.</summary>
internal sealed class CallAllowance
{
    private readonly ConcurrentDictionary<AddressOfRecord, int> _calls = new();

    /// <summary>A place for one call, given back by disposing it; null when the account has as many as it may have.</summary>
    public IDisposable? TryReserve(AddressOfRecord address, int most)
    {
        if (_calls.AddOrUpdate(address, 1, static (_, count) => count + 1) <= most)
            return new Place(this, address);
        Release(address);
        return null;
    }

    private void Release(AddressOfRecord address)
    {
        if (_calls.AddOrUpdate(address, 0, static (_, count) => count - 1) <= 0)
            _calls.TryRemove(new(address, 0));
    }

    private sealed class Place(CallAllowance allowance, AddressOfRecord address) : IDisposable
    {
        public void Dispose() => allowance.Release(address);
    }
}
