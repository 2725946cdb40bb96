using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>One server for all tests of a class, with accounts for three phones.</summary>
public sealed class PhonesFixture : IAsyncLifetime
{
    internal ServeProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ServeProcess.StartAsync(["alice", "bob", "carol"], null);

    public async ValueTask DisposeAsync()
    {
        Server.Interrupt();
        var code = await Server.WaitForExitAsync(TimeSpan.FromSeconds(45));
        var output = Server.Output;
        await Server.DisposeAsync();
        Assert.True(code == 0, $"parley serve ended with {code}; it wrote:\n{output}");
    }
}
