using Parley.Server.CallApi.JsonRpc;
using Parley.Contracts.JsonRpc;

namespace Parley.Server.CallApi.Methods;

/// <summary>The methods by their names. Names are told apart by their letters' case, as the original does; <c>CallUnHold</c> and <c>CallUnhold</c> are one.</summary>
internal sealed class MethodTable
{
    private readonly Dictionary<string, Method> _byName = new(StringComparer.Ordinal);

    public MethodTable(IReadOnlyList<Method> methods)
    {
        All = methods;
        foreach (var method in methods)
        {
            _byName[method.Name] = method;
            _byName[method.LaterName] = method;
        }
    }

    public IReadOnlyList<Method> All { get; }

    /// <exception cref="RequestException">There is none.</exception>
    public Method Find(string name) => _byName.GetValueOrDefault(name)
        ?? throw RequestException.Of(RpcErrorCodes.MethodNotFound, $"There is no method '{Shorten(name)}'; there are {string.Join(", ", All.Select(method => method.Name))}.");

    private static string Shorten(string name) => name.Length <= 64 ? name : string.Concat(name.AsSpan(0, 64), "…");
}
