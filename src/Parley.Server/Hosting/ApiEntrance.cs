using Parley.Server.Access;

namespace Parley.Server.Hosting;

/// <summary>An API and whom it lets in, where several with keys of their own share a host.</summary>
/// <param name="Surface">The API; disposed with the host.</param>
/// <param name="Keys">Its keys; those of another API of the host do not open it.</param>
public sealed record ApiEntrance(ApiSurface Surface, ApiKeyRing Keys)
{
    /// <summary>Origins of web pages that may connect besides the host's own; <c>*</c> for all. Default: none.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];
}
