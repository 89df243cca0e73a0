"""placeholder"""
def lay_out_paper(paper, target): raise NotImplementedError
