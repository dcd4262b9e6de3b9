def run(o, b): raise NotImplementedError
